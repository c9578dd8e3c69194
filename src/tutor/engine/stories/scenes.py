"""Scenes that many plots share: how a story opens, small moments on the way, searches, and how it ends."""

from __future__ import annotations

from .cast import animal_row
from .teller import Teller

LIKES = tuple(
    """sing funny songs,draw pictures of dragons,count the stars,tell jokes,ask questions,dance in the rain,run very fast,
    climb trees,build tall towers,look at clouds,make up stories,help in the kitchen,collect stones,paint,play in the mud,
    watch ants,jump over puddles,read about the sea,feed the birds,wear funny hats,play pirates,make mud pies,ride on
    swings,look for treasure,whistle,take long naps,tickle people,splash in water,eat sweet berries,play hide and seek,
    roll down hills,chase butterflies,talk to flowers,play the drums on pots,hop on one foot,bake little cakes,skip
    stones,catch snowflakes,make paper boats,listen to the wind,say good morning to everyone,dig deep holes,play catch,
    learn new words,walk on walls,make people laugh,pick flowers,learn about bugs,make daisy chains,build forts,
    sort buttons by color,watch the rain,play with shadows,hide in small places,plan big adventures,visit old
    friends,sleep late,look at the moon,swim,climb on rocks""".replace("\n", " ").replace("  ", " ").split(",")
)  # fmt: skip
HOMES = (
    "in a [small|little|white|yellow|tall|cozy] house [near|by|next to|not far from|at the end of] [the sea|a forest|a big park|a river|the school|a green hill|a quiet street|the train tracks|an old mill|a duck pond]|"
    "in a [small|quiet|busy|sunny|old] [town|village] [by the sea|in the hills|near a lake|with a big clock tower|full of flowers|with a red bridge]|on a [small|big|busy] farm[| with many animals| near the woods]|"
    "at the top of a [tall building|steep hill]|in a house with a [red|blue|green] [door|roof]"
)


def _home(t: Teller) -> str:
    row = animal_row(t["hero"].noun)
    if t["hero"].kind == "animal" and row:
        return row.home
    return "[" + HOMES + "]"


def _likes(t: Teller) -> str:
    return " ".join(t.cast.pick(LIKES).split())


def opening(t: Teller) -> None:
    """Who the story is about, in one to three sentences; sometimes in the middle of a day at once."""
    if t.chance(0.16):
        t.say("{hero.a} [lived|had {hero.p} home] $home.|$Home lived {hero.a}.", home=_home(t), Home=_home(t))
    elif t.chance(0.12):
        t.say("<weather>")
        t.say("{hero.a} was [awake early|looking out at the day|ready for the day|in a good mood|already up].")
    else:
        t.say(
            "once upon a time, there was {hero.a}.|once upon a time, there was {hero.a}.|once there was {hero.a}.|there once was {hero.a}."
            "|once upon a time, $home, there lived {hero.a}.|long ago, there was {hero.a} who lived $home.|not long ago, {hero.a} lived $home."
            "|this is [a|the] story [of|about] {hero.a}.|do you know {hero.name}? {hero.name} was {hero.a1}.|{hero.name} was {hero.a1}."
            "|{hero.name} was {hero.a1} who [loved|liked] to $like.|there was [once|] {hero.a} who [loved|liked] to $like."
            "|once upon a time, {hero.a} lived $home.|in a [land|place] [far away|not so far from here], there lived {hero.a}.|a long time ago, there lived {hero.a}."
            "|everybody $where knew {hero.name}. {hero.name} was {hero.a1}.",
            home=_home(t), like=_likes(t), where="in the [street|village|town]" if t["hero"].kind == "child" else "in the [valley|neighborhood]",
        )  # fmt: skip
    t.maybe(
        0.5,
        "{hero} [liked|loved] to $like.|{hero} [liked|loved] to $like and [to|] $more.|what {hero} liked [best|most] was to $like.|every day, {hero} [liked to|wanted to] $like."
        "|{hero} was [always|almost always] [kind|cheerful|busy|full of ideas|full of questions|on the move|ready for fun|friendly to everyone].|{hero} could $like all day long."
        "|most of all, {hero} liked to $like.|nobody liked to $like as much as {hero}.",
        like=_likes(t), more=_likes(t),
    )  # fmt: skip


def belonging(t: Teller, role: str = "toy", owner: str = "hero") -> None:
    """Somebody has a thing and loves it."""
    t.say(
        f"{{{owner}}} had {{{role}.a}}.|{{{owner}}} had {{{role}.a}} that {{{owner}.s}} [loved|liked] [very much|more than anything|best of all]."
        f"|{{{owner}.p}} [favorite thing|best treasure|dearest thing] in the [world|house] was {{{role}.a}}.|{{{owner}}} owned {{{role}.a}}."
        f"|of all the things that {{{owner}}} had, {{{owner}.s}} loved {{{role}.a}} most.|[Grandma|Grandpa|an uncle|an aunt] had given {{{owner}.o}} {{{role}.a}}."
        f"|for {{{owner}.p}} birthday, {{{owner}}} had got {{{role}.a}}.",
        owner,
    )
    t.own(owner, role)
    t.take(owner, role)
    one, two = t.use(role), t.use(role)
    t.maybe(
        0.75,
        f"{{{owner}}} [loved|liked] to {one}.|every [day|morning|evening], {{{owner}}} would {one}.|{{{owner}}} [loved|liked] to {one} [and to|and] {two}."
        f"|{{{owner}}} could {one} for hours.|it was [fun|great fun|the best thing] to {one}.|$carry",
        owner,
        carry=f"{{{owner}}} took {{{role}.o}} everywhere.|{{{owner}}} never went [anywhere|out] without {{{role}.o}}."
        if "small" in t.things[role].kinds
        else f"{{{owner}}} let nobody else touch {{{role}.o}}.|nothing in the world was better than that.",
    )


def arrive(t: Teller, *roles: str, place: str = "place") -> None:
    """Characters go to a place and do what one does there."""
    who = "both" if len(roles) > 1 else (roles or ("hero",))[0]
    at, one, two = t.at(place), t.activity(place, "past"), t.activity(place, "past")
    t.say(
        f"<oneday>, {{{who}}} [went|walked|ran] to {{{place}}}.|<oneday>, {{{who}}} [was|were] {at}.|<oneday>, {{{who}}} wanted to go to {{{place}}}, so off {{{who}.s}} went."
        f"|<oneday>, {{{who}}} [set off for|visited|made a trip to] {{{place}}}.|it was <weekday>, and {{{who}}} [was|were] {at}.|<oneday>, {{{who}}} {one} {at}.".replace(
            "[was|were]", "were" if len(roles) > 1 else "was"
        ),
        (roles or ("hero",))[0],
    )
    t.go(place, *(roles or ("hero",)))
    t.maybe(0.35, "<weather>")
    t.maybe(
        0.6,
        f"{{{who}}} {one}.|{{{who}}} {one} and {two}.|first {{{who}}} {one}, [and|] then {{{who}.s}} {two}.|{{{who}}} {one} for a [long|little] while.|there, {{{who}}} {one}.|it was fun to be {at}.",
        (roles or ("hero",))[0],
    )


def look_in_vain(t: Teller, who: str, toy: str, place: str = "place", times: int = 2) -> None:
    """Somebody looks in spots where the thing is not."""
    for number in range(times):
        spot = t.spot(f"wrong{number}", place)
        where = f"{spot.preposition} {{wrong{number}}}"
        t.say(
            f"{{{who}}} looked {where}, but {{{toy}.s}} {{{toy}.was}} not there.|{{{who}}} looked {where}. [nothing|no, not there]!|{{{who}}} [searched|peeked|checked] {where}, but found only [dust|a sock|a <critter>|an old newspaper|some crumbs|leaves|a spider|nothing at all]."
            f"|{{{who}}} bent down and looked {where}. [no luck|nothing was there|there was no sign of {{{toy}.o}}].|was it {where}? no, it was not.|next, {{{who}}} had a look {where}. {{{toy}}} {{{toy}.was}} not there [either|].".replace(
                "was it", f"{{{toy}.was}} {{{toy}.the}}"
            ).replace("no, it was not", f"no, {{{toy}.s}} {{{toy}.was}} not"),
            who,
        )


LESSON_FRAMES = (
    "{hero} [had learned|learned] that $lesson.|from that day on, {hero} [knew|always remembered] that $lesson.|{hero} never forgot that $lesson.|and so {hero} [found out|learned] that $lesson."
    "|that [night|evening], {hero} thought about it [in bed|for a long time]. yes, $lesson.|now {hero} knew that $lesson.|the moral of the story is that $lesson.|and {hero} understood that $lesson."
    "|after that day, {hero} [often|always] told everyone that $lesson.|it just goes to show that $lesson.|{hero} smiled, because now {hero.s} knew that $lesson.|remember: $lesson."
    "|was it a good day? yes, because {hero} had learned that $lesson.|that is how {hero} learned that $lesson.|if you ask {hero.o} today, {hero.s} will tell you that $lesson."
)


def lesson(t: Teller, lessons: str) -> None:
    """The moral, in one of many frames."""
    t.say(LESSON_FRAMES, lesson=f"[{lessons}]")


def closing(t: Teller, who: str = "hero") -> None:
    """The last sentence of a story without a moral, or after it."""
    group = who == "both"
    t.say(
        f"{{{who}}} went home [tired but happy|with a smile|singing|when the sun went down|for supper|in the warm evening light].|it was [a|the] [very good|wonderful|perfect|happy|lovely|special] day{'' if group else ' for {hero.o}'}."
        f"|and {{{who}}} [lived|were|] happily ever after.|the end.|that [night|evening], {{{who}}} slept [very well|like a log|with a smile|deeply and well]."
        f"|{{{who}}} would never forget that day.|and that was that.|{{{who}}} [laughed|smiled|talked] about it [for days|all the way home|until bedtime|for a long time].|then the stars came out, and it was time for bed.|what a day it had been!".replace(
            "[lived|were|]", "lived"
        ),
        who,
    )


def ending(t: Teller, lessons: str, who: str = "hero") -> None:
    """A moral, a last sentence, both or one of them."""
    if t.chance(0.4):
        t.paragraph()
    if t.chance(0.62):
        lesson(t, lessons)
        if t.chance(0.25):
            closing(t, who)
    else:
        closing(t, who)


def thank(t: Teller, who: str, whom: str) -> None:
    """Somebody says thank you."""
    t.speak(who, "<thanks>!|<thanks>, {you.name}!|<thanks>. you are so kind.|<thanks> for your help!|you helped me so much. <thanks>!|how can I ever thank you?|you are the best!|I will never forget this. <thanks>!", "happy", whom)  # fmt: skip
    t.maybe(
        0.4,
        f"{{{whom}}} smiled.|{{{who}}} gave {{{whom}.o}} <hug>.|{{{whom}}} was glad to help.|it felt good to help.",
        whom,
    )
    if t.chance(0.35):
        t.speak(whom, "you are welcome.|it was nothing.|I was glad to help.|any time!|that is what friends are for.|I like to help.|you would do the same for me.", "kind", who)  # fmt: skip
