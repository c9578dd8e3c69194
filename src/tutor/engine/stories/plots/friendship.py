"""Plots about sharing, making friends, quarrels and trades."""

from __future__ import annotations

from ..scenes import arrive, belonging, ending, opening, thank
from ..teller import Teller


def sharing(t: Teller) -> None:
    """Somebody wants to play with the hero's thing; the hero says no at first, or shares at once."""
    t.hero()
    opening(t)
    t.thing("toy", t.rng.choice(("toy", "music", "wheels")), "hero", singular=True)
    belonging(t)
    t.paragraph()
    t.place("place", "out", "play") if t.chance(0.6) else t.place("place", "home")
    arrive(t)
    t.friend("" if t.chance(0.3) else "-")
    t.go("place", "friend")
    t.say(
        "there {hero.s} met {friend}.|<then> {friend} came [by|along|to play|over].|{friend} was there, too."
        if t["friend"].relation
        else "there {hero} saw {friend.a}.|<then> {friend.a} came [by|along|over]."
    )
    t.want("friend", "toy")
    t.speak(
        "friend",
        "can I play with {toy.o}, please?|can I [have a turn|try it|try]?|may I hold {toy.o}?|what a nice {toy.n}! may I try?|will you share {toy.o} with me?|can we play together?",
        "plain",
        "hero",
    )
    if t.chance(0.7):
        _refuses(t)
    else:
        t.speak(
            "hero",
            "<ok>! here you are.|<ok>. let's play together!|yes, we can take turns.|sure, it is more fun with two.",
            "happy",
            "friend",
        )
    t.say(
        "{hero} gave {friend.o} {toy.the}.|{hero} handed {toy.the} to {friend.o}.|so {hero} let {friend.o} have a turn with {toy.the}.|{hero} held out {toy.the}, and {friend} took {toy.o}."
    )
    t.give("hero", "friend", "toy")
    t.feel("friend", "happy", 0.7)
    one, two = t.use("toy", "past"), t.use("toy", "past")
    t.say(
        f"first {{friend}} {one}, then {{hero}} {two}.|{{both}} took turns. {{friend}} {one}, and {{hero}} {two}.|{{both}} [played|laughed and played] [all afternoon|until it was dark|together for a long time].|{{friend}} showed {{hero.o}} a new way to play, and {{both}} laughed [a lot|and laughed]."
    )
    if t.chance(0.4):
        thank(t, "friend", "hero")
    ending(
        t,
        "sharing makes [a toy|everything|a game] twice as much fun|sharing is [fun|kind|caring]|it is [better|nicer] to play with a friend than alone|toys are more fun with two|when you share, everybody is happy|a friend is the best thing to have",
        "both" if t.chance(0.5) else "hero",
    )


def _refuses(t: Teller) -> None:
    t.speak(
        "hero",
        "no! {toy.it} {toy.is} mine.|no, I don't want to share.|go away! {toy.this} {toy.is} my {toy.n}.|no, you might break {toy.o}.|not now. I am playing.",
        "angry",
        "friend",
    )
    t.say(
        "{hero} turned {hero.p} back.|{hero} held {toy.the} [tight|with both hands|close].|{hero} walked away with {toy.the}.|{hero} shook {hero.p} head."
    )
    t.feel("friend", "sad")
    t.say(
        "{friend} went away [slowly|without a word].|{friend} sat down [under a tree|by the wall|all alone].|{friend} walked off to play alone.".replace(
            "[under a tree|by the wall|all alone]", "all alone"
        )
    )
    t.paragraph()
    one = t.use("toy", "past")
    t.say(
        f"{{hero}} {one}, but it was not much fun alone.|{{hero}} played alone. after a while, it got boring.|{{hero}} {one}, all by {{hero.self}}. it was not the same.|now {{hero}} could play alone. but nobody laughed, and nobody clapped."
    )
    t.maybe(
        0.7,
        "{hero} looked at {friend.o}.|then {hero} saw how <sad> {friend} was.|{hero} thought about {friend.o}.|{hero} remembered how it felt to be left out.",
    )
    t.feel("hero", "sorry", 0.6)
    t.say(
        "{hero} walked over to {friend.o}.|{hero} went to {friend.o} [slowly|with a small smile].|so {hero} got up and went to {friend.o}."
    )
    t.speak(
        "hero",
        "I am sorry. do you want to play with me?|I was mean. you can have a turn.|let's play together.|you can play with {toy.the}, too.|sorry that I shouted. let's share.",
        "sorry",
        "friend",
    )


def new_friend(t: Teller) -> None:
    """A lonely hero meets somebody new; shyness is overcome."""
    t.hero()
    opening(t)
    t.feel("hero", "lonely")
    t.maybe(
        0.6,
        "{hero.p} family had just moved [to a new street|to a new town|here].|all {hero.p} old friends lived far away.|there was nobody of {hero.p} age [around|near].|{hero.p} brothers were too big to play with {hero.o}.",
    )
    t.paragraph()
    t.place("place", "out")
    arrive(t)
    t.friend("")
    t.go("place", "friend")
    doing = t.activity("place", "ing")
    t.say(
        f"there {{hero}} saw {{friend.a}}, who was {doing}.|<suddenly>, {{hero}} saw {{friend.a}}. {{friend}} was {doing}.|not far away, {{friend.a}} was {doing}, all alone.|somebody new was {t.at()}. it was {{friend.a}}."
    )
    if t.chance(0.65):
        t.say(
            "{hero} wanted to say hello, but {hero.s} was too shy.|{hero} did not know what to say.|{hero} hid behind a [bush|wall|tree] and watched.|{hero} took one step, stopped, and took one step back.|what if {friend} did not like {hero.o}?"
        )
        t.maybe(
            0.6,
            'then {hero} took a deep breath and [walked over|waved|smiled].|"be brave," ~{hero} told {hero.self}.|<then> {friend} looked up and smiled.|but then {friend} sneezed, and {hero} had to laugh.',
        )
    t.speak(
        "hero",
        "<hello>! I am {hero.name}. what is your name?|<hello>. do you want to play?|can I play with you?|<hello>! what are you doing?|is there room for two?".replace(
            "{hero.name}", "$name"
        ),
        "happy",
        "friend",
        name=t["hero"].name,
    )
    t.speak(
        "friend",
        "<hello>! my name is $name.|I would love to play!|yes! I was so bored alone.|<hello>. I am $name. I am new here.|yes, please! I have nobody to play with.",
        "happy",
        "hero",
        name=t["friend"].name,
    )
    t.paragraph()
    one, two = t.activity("place", "past"), t.activity("place", "past")
    t.say(
        f"{{both}} {one}. then {{both.s}} {two}.|first {{both}} {one}, and after that {{both.s}} {two}.|so {{both}} {one} together.|soon {{both}} {one} and laughed like old friends."
    )
    if t.chance(0.55):
        t.thing("toy", "toy", "hero", singular=True)
        t.take("hero", "toy")
        one = t.use("toy", "past")
        t.say(
            f"{{hero}} had brought {{toy.a}}, and {{both}} {one} [in turns|together].|{{hero}} showed {{friend.o}} {{toy.a}}. {{friend}} thought it was <pretty>.".replace(
                "thought it was <pretty>", "liked it a lot"
            )
        )
    t.maybe(
        0.4,
        "when {friend} fell down, {hero} helped {friend.o} up.|{both} found out that they both liked to laugh.|{friend} told {hero.o} a joke about a <critter>.".replace(
            "they both liked", "both.s liked"
        ).replace("that both.s", "that {both.s}"),
    )
    t.say(
        "when it got late, {both} did not want to go home.|at the end of the day, {both} said goodbye.|when the sun went down, it was time to go."
    )
    t.speak(
        "friend",
        "will you come again tomorrow?|let's meet here again tomorrow!|you are my friend now.|I am glad that I met you.",
        "happy",
        "hero",
    )
    t.speak("hero", "yes, I will!|I promise!|of course! see you tomorrow.|me too.", "happy", "friend")
    t.feel("hero", "happy", 0.5)
    ending(
        t,
        "a friend can be just one hello away|it is good to be brave and say hello|a smile is the best way to start|new friends can be found everywhere|being shy is all right, and so is trying",
        "both" if t.chance(0.4) else "hero",
    )


def quarrel(t: Teller) -> None:
    """Two friends want the same thing; they pull, it goes wrong, they make up."""
    t.hero()
    opening(t)
    t.friend("best friend" if t.chance(0.4) else "friend")
    t.say(
        "{hero} and {friend} [did everything together|played together every day|were always together].|{hero} had a friend, {friend.name}. {both} played together every day.|{hero} loved to play with {friend.o}."
    )
    t.paragraph()
    t.place("place", "home" if t.chance(0.5) else "play")
    arrive(t, "hero", "friend")
    t.thing("toy", t.rng.choice(("breaks", "breaks", "soft", "book")), singular=True)
    t.put("toy", "place")
    t.say("{both} found {toy.a}.|there was {toy.a}.|in the middle of it all lay {toy.a}.")
    t.want("hero", "toy")
    t.want("friend", "toy")
    t.speak(
        "hero",
        "I saw {toy.o} first!|{toy.it} {toy.is} mine!|I want {toy.o}!|let me have {toy.o}!|I want to be first!",
        "angry",
        "friend",
    )
    t.speak(
        "friend",
        "no, me!|no, I want {toy.o}!|that is not fair!|you are always first. now it is my turn!|give {toy.o} to me!",
        "angry",
        "hero",
    )
    t.take("hero", "toy")
    t.say(
        "{hero} pulled. {friend} pulled, too.|{both} pulled and pulled.|{hero} held one end and {friend} held the other.|{both} pushed and shouted."
    )
    broke = t.chance(0.6)
    if broke:
        t.say(
            "crack! {toy.the} broke.|there was a loud snap. now {toy.the} was broken.|rip! {toy.the} came apart.|and then {toy.the} broke in two."
        )
        t.state("toy", "broken")
    else:
        t.say(
            "{friend} fell down and hurt {friend.p} knee.|then {friend} let go, and {hero} fell into a puddle.|plop! {both} fell down in the dirt.|both of them fell down with a bump."
        )
    t.say(
        '{hero} went to one side and {friend} went to the other.|{both} did not talk any more.|{friend} turned away. {hero} turned away, too.|"you are not my friend any more!" shouted {friend}.'.replace(
            '|"you are not my friend any more!" shouted {friend}.', ""
        )
    )
    t.feel("hero", "sad" if t.chance(0.5) else "lonely")
    t.paragraph()
    t.say(
        "after a while, {hero} missed {friend.o}.|{hero} thought about all the fun {hero.s} had had with {friend.o}.|it was very quiet. {hero} wished that it had not happened.|{hero} looked over to {friend.o}. {friend} looked <sad>, too.|playing alone was boring."
    )
    if t.chance(0.4):
        t.parent()
        t.go("place", "parent")
        t.speak(
            "parent",
            "why are you not playing together?|friends sometimes fight, but they also make up.|do you want to be right, or do you want to be happy?|what can you say to {friend.o}?",
            "kind",
            "hero",
        )
    t.speak(
        "hero",
        "I am sorry.|I am sorry that I pulled.|I don't want to fight with you.|you are more important than a {toy.n}.|sorry. I was not nice.".replace(
            "a {toy.n}", "any {toy.n}"
        ),
        "sorry",
        "friend",
    )
    t.speak(
        "friend",
        "I am sorry, too.|me too. let's be friends again.|it was my fault, too.|I missed you!|let's never fight again.",
        "sorry",
        "hero",
    )
    t.say(
        "{both} hugged.|{hero} gave {friend.o} <hug>.|{both} shook hands and smiled.|then {both} had to laugh."
        if t["hero"].kind == "child"
        else "{both} hugged.|then {both} had to laugh.|{hero} gave {friend.o} <hug>."
    )
    if broke:
        t.say(
            "together, {both} fixed {toy.the} with [glue|tape|string].|{both} got some [glue|tape] and mended {toy.the}.|then {both} sat down and put {toy.the} together again."
        )
        t.state("toy", "mended")
    else:
        t.say(
            'then {both} took turns with {toy.the}.|{both} made a plan: first {friend}, then {hero}.|"you go first," said {hero}.|now {friend} was first, and {hero} did not mind.'.replace(
                '|"you go first," said {hero}.', ""
            )
        )
    ending(
        t,
        "a friend is worth more than [a toy|anything you can hold|being first]|saying sorry can mend a friendship|it is no fun to fight|friends can fight and make up again|it is better to take turns",
        "both" if t.chance(0.4) else "hero",
    )


def trade(t: Teller) -> None:
    """Two who each have something swap; it is a good trade, or one misses the old thing."""
    t.hero()
    opening(t)
    t.thing("toy", "gift", "hero", singular=True)
    belonging(t)
    t.paragraph()
    t.place("place", "out")
    arrive(t)
    t.friend()
    t.go("place", "friend")
    t.thing("other", "gift", "friend", singular=True)
    t.say(
        "there {hero} met {friend}, who had {other.a}.|{friend} came along with {other.a}.|{friend} was there with {other.a}."
    )
    t.own("friend", "other")
    t.take("friend", "other")
    t.want("hero", "other")
    t.say(
        "{hero} thought {other.the} was <pretty>.|{hero} had always wanted a {other.n}.|{hero} could not take {hero.p} eyes off {other.the}.|and {friend} liked {toy.the} [a lot|very much] as well."
    )
    t.speak(
        "hero",
        "shall we trade? my {toy.n} for your {other.n}!|I will give you my {toy.n} if you give me your {other.n}.|do you want to swap? I take {other.the}, and you take {toy.the}.",
        "happy",
        "friend",
    )
    t.speak("friend", "<ok>! let's trade.|<ok>. that is fair.|hmm, let me think. yes!|it is a deal!", "happy", "hero")
    t.say(
        "so {hero} gave {friend.o} {toy.the} and took {other.the}.|{both} swapped. now {friend} had {toy.the}, and {hero} had {other.the}.|{hero} handed over {toy.the}, and {friend} handed over {other.the}."
    )
    t.give("hero", "friend", "toy")
    t.give("friend", "hero", "other")
    t.own("friend", "toy")
    t.own("hero", "other")
    t.paragraph()
    one, two = t.use("other", "past"), t.use("toy", "past")
    t.say(
        f"{{hero}} {one}, and {{friend}} {two}.|at first, {{hero}} was <happy>. {{hero}} {one} [again and again|all day].|{{friend}} {two}. {{hero}} {one}.".replace(
            "{hero} {one} [", "{hero} {one} ["
        )
    )
    if t.chance(0.55):
        t.say(
            "but in the evening, {hero} missed {toy.the}.|but soon {hero} began to miss {toy.the}.|but it was not the same. {hero} wanted {toy.the} back.|but then {hero} felt [strange|empty]. the old {toy.n} had been a good friend."
        )
        t.say(
            "the next [day|morning], {hero} went to {friend.o}.|{hero} ran to {friend.o} with {other.the}.|{hero} could not sleep, and in the morning {hero.s} went to see {friend.o}."
        )
        t.speak(
            "hero",
            "can we trade back, please?|I miss my old {toy.n}.|I am sorry, but I would like to have {toy.the} back.",
            "sorry",
            "friend",
        )
        t.speak(
            "friend",
            "I am glad! I missed my {other.n}, too.|that is all right. I missed my {other.n} as well.|sure! we can still share.|of course. let's just lend them to each other.",
            "kind",
            "hero",
        )
        t.say(
            "so {both} traded back.|and each of them took the old thing home again.|{both} swapped once more and laughed."
        )
        t.give("friend", "hero", "toy")
        t.give("hero", "friend", "other")
        t.own("hero", "toy")
        t.own("friend", "other")
        ending(
            t,
            "it is good to think before you trade|what you have may be just what you need|old things can be the dearest|you can share without giving things away",
        )
    else:
        t.say(
            "{both} were both happy with the trade.|it was a good trade for both.|nobody was sorry about the trade.".replace(
                "{both} were both", "{both} were"
            )
        )
        ending(
            t,
            "a fair trade makes two people happy|it is good to ask politely|one old thing can be new for somebody else|friends can help each other to something new",
        )


PLOTS = (sharing, new_friend, quarrel, trade)
