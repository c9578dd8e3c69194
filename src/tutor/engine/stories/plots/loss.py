"""Plots about losing and finding."""

from __future__ import annotations

from ..scenes import arrive, belonging, closing, ending, look_in_vain, opening, thank
from ..teller import Teller


def lost_thing(t: Teller) -> None:
    """Something dear cannot be found; somebody helps; it is in an unlikely spot."""
    t.hero()
    opening(t)
    t.thing("toy", "small" if t.chance(0.7) else "gift", "hero")
    belonging(t)
    t.paragraph()
    t.place("place", "home" if t.chance(0.5) else "out")
    arrive(t)
    t.spot("spot")
    t.put("toy", "spot")
    t.say(
        "<suddenly>, {hero} saw that {toy.his} {toy.was} gone.|but when {hero} wanted to {use}, {toy.s} {toy.was} [not there|gone|nowhere to be seen].|then {hero} reached for {toy.his}. {toy} {toy.was} gone!"
        "|but where {toy.was} {toy.his}?|after a while, {hero} could not find {toy.his} [any more|anywhere].|then something bad happened: {hero} lost {toy.his}.".replace("{use}", t.use("toy")),
    )  # fmt: skip
    t.feel("hero", "sad", 0.6)
    t.maybe(
        0.35,
        '"where {toy.is} {toy.the}?" {hero} [asked|thought|wondered].|"I had {toy.o} [just now|this morning|a moment ago]," ~{hero} [thought|whispered].',
    )
    look_in_vain(t, "hero", "toy", times=t.rng.choice((1, 1, 2)))
    t.paragraph()
    if t.chance(0.75):
        _helper_finds(t)
    else:
        _finds_alone(t)
    ending(
        t,
        "it is good to [ask for help|have somebody who helps]|things turn up when you keep looking|you should look after the things that you love|a good helper is worth more than a <color> <small> toy|we must not give up too soon|two pairs of eyes see more than one",
    )


def _helper_finds(t: Teller) -> None:
    helper = "friend" if t.chance(0.6) else "parent"
    if helper == "friend":
        t.friend()
    else:
        t.parent()
    t.go("place", helper)
    t.say(
        f"{{{helper}}} came [by|along|closer|over].|<suddenly>, {{{helper}}} came [by|along].|{{{helper}}} saw that {{hero}} was [sad|looking for something|upset].|{{{helper}}} heard {{hero.o}} [cry|sigh] and came to [see|help].",
        helper,
    )
    t.speak(
        helper,
        "what is wrong, {you.name}?|why are you [so sad|crying|sad]?|what are you looking for?|what happened?|can I help you?|did you lose something?",
        "worried",
        "hero",
    )
    t.speak(
        "hero",
        "I lost {toy.his}!|I can't find {toy.his}.|{toy.his} {toy.is} gone! I looked everywhere.|{toy.his} {toy.is} lost. I don't know where {toy.s} {toy.is}.|I had {toy.his} this morning, and now {toy.s} {toy.is} gone.",
        "sad",
        helper,
    )
    t.speak(
        helper,
        "don't worry. we will find {toy.o} together.|let's look together!|I will help you look.|two can look better than one. come!|where did you see {toy.o} last?|think hard. where were you before?",
        "kind",
        "hero",
    )
    if t.chance(0.5):
        look_in_vain(t, helper, "toy", times=1)
    where = f"{t['spot'].preposition} {{spot}}"
    t.say(
        f"<then>, {{{helper}}} looked {where}. there {{toy.s}} {{toy.was}}!|<atlast>, {{{helper}}} saw something [<color>|shiny|strange] {where}. it was {{hero.p}} {{toy.n}}!|{{{helper}}} [looked|peeked] {where} and [laughed|smiled|shouted]. there {{toy.was}} {{toy.the}}!|<atlast> {{{helper}}} found {{toy.the}} {where}.".replace(
            "it was {hero.p} {toy.n}", "{toy.the}" if t["toy"].pronoun == "they" else "it was {toy.the}"
        ),
        helper,
    )
    t.take(helper, "toy")
    t.maybe(
        0.4,
        f'"{{toy.this}} {{toy.is}} {{toy.mine}}!"|"how did {{toy.s}} get there?" ~{{hero}} [asked|wondered].|nobody knew how {{toy.s}} had got there.|{{toy}} {{toy.was}} [a little dusty|a bit dirty], but not [broken|hurt].'.replace(
            '"{toy.this} {toy.is} {toy.mine}!"|', ""
        ),
    )
    t.say(
        f"{{{helper}}} gave {{toy.o}} back to {{hero.o}}.|{{{helper}}} [put|laid] {{toy.the}} in {{hero.p}} [hands|arms].|{{{helper}}} handed {{hero.o}} {{toy.the}}."
        if t["hero"].kind == "child"
        else f"{{{helper}}} gave {{toy.o}} back to {{hero.o}}.|{{{helper}}} brought {{hero.o}} {{toy.the}}.",
        helper,
    )
    t.give(helper, "hero", "toy")
    t.feel("hero", "happy", 0.8)
    thank(t, "hero", helper)


def _finds_alone(t: Teller) -> None:
    where = f"{t['spot'].preposition} {{spot}}"
    t.say(
        "{hero} sat down to think.|{hero} stopped and thought [hard|for a while].|{hero} closed {hero.p} eyes and tried to remember.|{hero} wanted to give up, but then {hero.s} had an idea.|{hero} did not give up."
    )
    t.maybe(
        0.6,
        '"I was [running|playing|jumping|resting] [here|there] before," ~{hero} [thought|said].|"think, think, think," ~{hero} said.|{hero} went back the way {hero.s} had come.|{hero} walked the same way again, slowly this time.',
    )
    t.say(
        f"<atlast>, {{hero}} looked {where}. there {{toy.s}} {{toy.was}}!|and there, {where}, {{toy.was}} {{toy.the}}!|then {{hero}} saw something [<color>|strange|round] {where}. {{toy.s}} {{toy.was}} there [all the time|after all]!".replace(
            "{toy.s} {toy.was} there [", "{toy.the} {toy.was} there ["
        )
    )
    t.take("hero", "toy")
    t.say(
        '{hero} picked {toy.o} up and [laughed|held {toy.o} tight|ran home|smiled|danced].|{hero} held {toy.o} [tight|close].|"there you are!" ~{hero} [cried|laughed|said].'
    )
    t.feel("hero", "happy", 0.7)


def found_thing(t: Teller) -> None:
    """The hero finds something that belongs to somebody else, and gives it back or is tempted to keep it."""
    t.hero()
    opening(t)
    t.paragraph()
    t.place("place", "out")
    arrive(t)
    t.thing("toy", t.rng.choice(("treasure", "toy", "wear")))
    spot = t.spot("spot")
    t.put("toy", "spot")
    where = f"{spot.preposition} {{spot}}"
    t.say(
        f"<suddenly>, {{hero}} saw {{toy.a}} {where}.|{where} {{hero}} found {{toy.a}}.|{{hero}} looked {where} and saw {{toy.a}}.|something was lying {where}. {{hero}} bent down. what {{toy.was}} that? {{toy.a}}!".replace(
            "what {toy.was} that? {toy.a}!", "there {toy.was} {toy.a}!"
        )
    )
    t.maybe(
        0.5,
        '"<oh>! how <pretty>!" ~{hero} [said|thought].|nobody else was [near|around|there].|{hero} looked [left and right|around], but nobody was there.|{toy} {toy.was} the <pretty> kind that everybody wants.'.replace(
            "|{toy} {toy.was} the <pretty> kind that everybody wants.", ""
        ),
    )
    t.say(
        "{hero} picked {toy.o} up.|{hero} took {toy.o} and looked at {toy.o} [closely|for a long time].|carefully, {hero} took {toy.o}."
    )
    t.take("hero", "toy")
    tempted = t.chance(0.5)
    if tempted:
        t.say(
            '{hero} wanted to keep {toy.o}.|"now {toy.s} {toy.is} mine," ~{hero} thought.|{hero} thought of taking {toy.o} home.|it would be so [nice|easy] to keep {toy.o}.'
        )
        t.want("hero", "toy")
    t.paragraph()
    t.friend("", "he" if t["hero"].pronoun == "she" else "she") if t.chance(0.8) else t.friend("")
    t.own("friend", "toy")
    t.go("place", "friend")
    t.say(
        "<then> {hero} heard somebody cry. it was {friend.a}.|not far away, {friend.a} was [crying|looking for something|walking up and down].|<suddenly>, {friend.a} came along, looking at the ground.|then {hero} met {friend.a} who looked very <sad>."
    )
    t.speak(
        "hero",
        "what is wrong?|why are you crying?|what are you looking for?|did you lose something?|are you all right?",
        "worried",
        "friend",
    )
    t.speak(
        "friend",
        "I lost {toy.my}.|{toy.my} {toy.is} gone!|I can't find {toy.my} [anywhere|any more].|I dropped {toy.my} somewhere here, and now {toy.s} {toy.is} gone.".replace(
            "{toy.my}", "{toy.his}"
        ),
        "sad",
        "hero",
    )
    if tempted:
        t.say(
            "{hero} held {toy.the} behind {hero.p} back.|{hero} said nothing at first.|{hero} did not know what to do.|{hero} swallowed. {toy} {toy.was} so nice!".replace(
                "{toy} {toy.was}", "{toy.the} {toy.was}"
            )
        )
        t.maybe(
            0.7,
            'then {hero} saw the tears in {friend.p} eyes.|but {hero} knew that {toy.s} did not belong to {hero.o}.|but a small voice inside said, "~it is not yours."'.replace(
                '|but a small voice inside said, "~it is not yours."', ""
            ),
        )
    t.speak(
        "hero",
        "{toy.is} this yours?|look, I found {toy.o}!|{toy.is} this what you are looking for?|here, I found {toy.o} $where.|please take {toy.o} back.".replace(
            "{toy.is} this", "{toy.is} {toy.this}"
        ),
        "happy",
        "friend",
        where=where,
    )
    t.say(
        "{hero} gave {friend.o} {toy.the}.|and {hero} gave {toy.the} back.|{hero} held out {toy.the}, and {friend} took {toy.o}."
    )
    t.give("hero", "friend", "toy")
    t.feel("friend", "happy", 0.7)
    thank(t, "friend", "hero")
    if t.chance(0.6):
        one, two = t.activity("place", "past"), t.activity("place", "past")
        t.say(
            f"then {{both}} {one}.|after that, {{both}} {one} and {two}.|{{both}} played together [all day|until dark|for hours].|from then on, {{both}} were friends."
        )
    ending(
        t,
        "what you find is not always yours|giving back feels better than keeping|it is good to be honest|a friend is better than a treasure|when you find something, you should look for its owner|doing the right thing makes you feel warm inside",
    )


def lost_child(t: Teller) -> None:
    """The hero strays from a parent in a busy place, is afraid, and is found."""
    t.hero(0.25)
    opening(t)
    t.paragraph()
    t.parent()
    t.place("place", "town", "out") if t.chance(0.6) else t.place("place", "wild")
    t.say(
        "<oneday>, {hero} went to {place} with {parent.o}.|<oneday>, {parent} took {hero.o} to {place}.|<oneday>, {hero} and {parent} went to {place} together."
    )
    t.go("place", "hero", "parent")
    t.speak(
        "parent",
        "stay close to me.|hold my hand and don't run away.|do not go too far.|stay where I can see you, {you.name}.|don't get lost!|please stay with me.",
        "kind",
        "hero",
    )
    t.say(
        "but then {hero} saw a <critter> and ran after it.|but {hero} saw something [shiny|bright|funny] and [went to look|ran to see it].|{hero} heard music and followed it.|{hero} stopped to look at a <critter>.|but {hero} [forgot|did not listen]. {hero} ran [here and there|ahead]."
    )
    t.say(
        "when {hero} looked [up|back|around], {parent} was gone.|{hero} turned around. where was {parent}?|soon {hero} could not see {parent} any more.|then {hero} looked back and saw only [strange faces|people that {hero.s} did not know].".replace(
            "strange faces|people that {hero.s} did not know",
            "strange faces" if "town" in t.places["place"].kinds else "trees and stones and grass",
        )
    )
    t.feel("hero", "afraid")
    t.paragraph()
    t.say(
        '"where are you?" {hero} [cried|called|shouted]. nobody answered.|{hero} called and called.|{hero} sat down and cried.|{hero} ran [left|right] and then [back|around the corner], but it all looked the same.'.replace(
            "[left|right]", "left"
        )
    )
    if t.chance(0.55):
        _stranger_helps(t)
    else:
        t.say(
            "then {hero} remembered what {parent} always said: [stay where you are, and I will come|if you get lost, stand still and wait|do not run, wait for me]."
        )
        t.say(
            "so {hero} stood [still|next to a big tree|by a tall post] and waited.|so {hero} sat down [on a step|on a stone|in the shade] and waited.|{hero} stopped running and waited [bravely|quietly|like a statue]."
        )
        t.maybe(
            0.5,
            "{hero} [counted to ten, again and again|sang a little song to be brave|looked at every face that came by].".replace(
                "|looked at every face that came by", ""
            ),
        )
    t.say(
        "<atlast>, {parent} came [running|around the corner|out of the crowd].|then {hero} heard a voice {hero.s} knew. it was {parent}!|<suddenly>, {hero} saw {parent} in the distance.".replace(
            "out of the crowd", "as fast as the wind"
        )
    )
    t.say(
        "{hero} ran into {parent.p} arms.|{parent} gave {hero.o} <hug>.|{hero} and {parent} hugged for a long time.|{parent} picked {hero.o} up and held {hero.o} tight."
    )
    t.speak(
        "parent",
        "I was so worried!|there you are! I looked for you everywhere.|I am so glad that I found you.|next time, stay with me.|never run off like that again, please.",
        "kind",
        "hero",
    )
    t.speak(
        "hero",
        "I am sorry. I will stay close to you.|I was so scared!|I will never run away again.|I promise to listen next time.",
        "sorry",
        "parent",
    )
    t.feel("hero", "calm", 0.5)
    ending(
        t,
        "it is important to stay close to the people you love|it is wise to listen|when you are lost, it is best to stay calm and wait|somebody who loves you will always look for you|a helping hand can be near when you need it",
    )


def _stranger_helps(t: Teller) -> None:
    noun, pronoun = t.rng.choice(
        (
            ("policeman", "he"),
            ("old lady", "she"),
            ("farmer", "he"),
            ("mailman", "he"),
            ("nurse", "she"),
            ("gardener", "he"),
            ("teacher", "she"),
            ("shopkeeper", "he"),
        )
    )
    t.play("helper", t.cast.person(noun, pronoun, ("kind", "friendly")))
    t.go("place", "helper")
    t.say("{helper.a} [saw|heard] {hero.o} and [stopped|came over|bent down].|then {helper.a} came by.")
    t.speak(
        "helper",
        "are you lost?|why are you crying, little one?|can I help you?|where is your family?",
        "worried",
        "hero",
    )
    t.speak("hero", "yes. I can't find {parent}.|I lost {parent}!|I don't know where {parent} is.", "sad", "helper")
    t.speak(
        "helper",
        "don't be afraid. we will wait here together.|I will help you.|come, we will look together.|let's stay here. {parent} will come soon.",
        "kind",
        "hero",
    )
    t.maybe(
        0.5,
        "{helper} told {hero.o} a funny story while they waited.|{helper} gave {hero.o} [an apple|a drink of water|a cookie].|{hero} stopped crying.".replace(
            "while they waited", "to make {hero.o} smile"
        ),
    )


def stuck_high(t: Teller) -> None:
    """A flying or thrown thing lands where nobody can reach; a plan brings it down."""
    t.hero()
    opening(t)
    t.thing("toy", "flies" if t.chance(0.6) else "wear", "hero", singular=True)
    t.paragraph()
    belonging(t)
    t.place("place", "out", "play") if t.chance(0.7) else t.place("place", "wild")
    arrive(t)
    high = t.play(
        "spot", t.cast.item("tree", ("tall", "old")) if t.chance(0.6) else t.cast.item("roof", ("steep", "red"))
    )
    branch = t.cast.world.add(type(high)("high-" + high.noun, "spot", high.noun, "it", preposition="on"))
    t.world.where[branch.key] = t["place"].key
    t.play("spot", branch)
    t.say(
        "but {hero} threw {toy.o} too high.|then a strong wind came and took {toy.the} away.|{hero} threw {toy.the} up, up, up.|whoosh! the wind pulled {toy.the} out of {hero.p} hands.|{hero} gave {toy.the} one big swing and let go."
    )
    t.put("toy", "spot")
    t.say(
        f"it landed at the top of a {high.noun}.|it flew up and got stuck on a {high.noun}.|it came down on a high {high.noun} and stayed there.".replace(
            "it ", "{toy.s} "
        )
    )
    t.feel("hero", "sad", 0.7)
    t.say(
        "{hero} jumped, but {hero.s} could not reach {toy.o}.|{hero} tried to climb up, but it was too high.|{hero} shook and shook, but nothing fell down.|{hero} was too small to [reach|get] {toy.o}."
    )
    t.paragraph()
    t.friend()
    t.go("place", "friend")
    t.say(
        "{friend} came by and [looked up|saw what had happened].|{friend} saw it and [ran over|came to help].|luckily, {friend} was not far away.|{hero} called {friend.o} for help."
        if t.chance(0.5)
        else "<then> {friend} came [along|running]."
    )
    t.speak(
        "friend",
        "don't cry. I have an idea!|we can get {toy.o} down together.|what if we use a [long stick|ladder|rope]?|let's think. there must be a way.",
        "kind",
        "hero",
    )
    t.say(
        "{friend} stood on {hero.p} shoulders.|{both} found a long stick and poked and poked.|{both} brought a ladder and {friend} held it while {hero} went up.|{friend} climbed up, [branch by branch|step by step|bit by bit].|{both} threw a soft [ball|sock|pine cone] at it, one, two, three times.".replace(
            "threw a soft [ball|sock|pine cone] at it", "pulled and shook with all their might"
        )
    )
    t.maybe(
        0.5,
        'once it almost worked, but not quite.|the first try did not work.|it took a long time.|"be careful!" said {hero}.'.replace(
            '|"be careful!" said {hero}.', ""
        ),
    )
    t.say(
        "<atlast>, {toy.the} fell down into the grass.|plop! down came {toy.the}.|then {toy.the} came loose and floated down.|with a soft thump, {toy.the} landed on the ground."
    )
    t.put("toy", "place")
    t.say("{hero} picked {toy.o} up.|{hero} caught {toy.o} and [laughed|hugged {toy.o}].|{hero} ran to get {toy.o}.")
    t.take("hero", "toy")
    t.feel("hero", "happy", 0.6)
    if t.chance(0.6):
        thank(t, "hero", "friend")
    one, two = t.use("toy", "past"), t.use("toy", "past")
    t.say(
        f"after that, {{both}} {one} together, but far away from the {high.noun}.|then {{both}} took turns. first {{hero}} {one}, then {{friend}} {two}.|now {{both}} {one} [together|side by side].|{{hero}} let {{friend.o}} hold {{toy.the}} as well."
    )
    if t.chance(0.7):
        ending(
            t,
            "together we can reach more than alone|every problem has an answer if you think|friends help each other|a good plan is better than tears|it is smart to play where there is room",
            "both",
        )
    else:
        closing(t, "both")


PLOTS = (lost_thing, found_thing, lost_child, stuck_high)
