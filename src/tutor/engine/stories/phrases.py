"""Pools of wordings shared by all plots. In a pool `{@}` is the entity in focus.

The alternatives follow the grammar of `grammar.parse`; long pools keep single wordings from dominating.
"""

from __future__ import annotations

from .world import Entity

NOT_PAIRS = frozenset({"blocks", "crayons", "beads", "marbles", "pajamas", "wings"})


def group_nouns(one: Entity, other: Entity) -> tuple[str, ...]:
    """What two characters can be called together."""
    if {one.kind, other.kind} == {"animal"}:
        return "the two animals", "the animals", "the two of them"
    if {one.kind, other.kind} == {"child"}:
        if one.noun == other.noun:
            return f"the two {one.noun}s", f"the {one.noun}s", "the children", "the two of them"
        return "the children", "the two children", "the kids"
    return ("the two of them", "both of them")


POOLS = {
    # ---------------------------------------------------------------- small words
    "very": "very|so|really|very, very|quite|very|so",
    "small": "small|little|tiny",
    "big": "big|huge|large|great big",
    "happy": "happy|glad|pleased|full of joy|cheerful|delighted",
    "sad": "sad|unhappy|upset|miserable|very sad",
    "then": "then|after that|next|soon|a little later|a moment later",
    "suddenly": "suddenly|all of a sudden|just then|at that moment|out of nowhere",
    "oneday": "one day|one morning|one afternoon|one sunny day|one <weekday>|one bright morning|one [warm|cold|windy|cloudy|fine|quiet|hot] [day|morning|afternoon]|"
    "early one morning|one day in [spring|summer|autumn]|after [breakfast|lunch]|on a <weekday> [morning|afternoon]|last <weekday>",
    "weekday": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "quickly": "quickly|right away|at once|as fast as {@.p} legs could go|without waiting|in a hurry",
    "slowly": "slowly|step by step|very slowly|bit by bit|little by little",
    "atlast": "at last|finally|in the end|after a long time|after a while|at long last",
    "good": "good|nice|lovely|wonderful|great",
    "pretty": "pretty|beautiful|lovely|bright|wonderful",
    "delicious": "delicious|tasty|yummy|sweet and good|so good",
    "color": "red|blue|green|yellow|pink|purple|orange|white|brown|silver|golden",
    "number": "two|three|four|five|six|seven",
    "hug": "a [big|warm|long|tight|soft|great big] hug",
    # ---------------------------------------------------------------- feelings, as sentences about {@}
    "feel_sad": "{@} was [<very>|] <sad>.|{@} felt <sad> inside.|a tear rolled down {@.p} cheek.|{@} wanted to cry.|tears came to {@.p} eyes."
    "|{@} hung {@.p} head and [sniffed|sighed].|{@} sat down and [began to cry|cried a little|put {@.p} head down].|it made {@.o} <very> sad."
    "|{@.p} heart felt [heavy|like a stone].|{@} did not feel like playing [any more|at all].|{@.p} lip began to shake.|all the fun was gone, and {@} felt [sad|empty|low].",
    "feel_happy": "{@} was [<very>|] <happy>.|{@} smiled [a big smile|from ear to ear|and smiled].|{@} jumped [up and down|for joy|with joy].|{@} felt warm [inside|all over]."
    "|{@} clapped and [laughed|cheered|sang].|it made {@.o} <very> happy.|{@} laughed out loud.|{@.p} eyes [were shining|sparkled|shone like stars].|{@} did a little dance."
    "|{@} could not stop smiling.|{@.p} heart [was full of joy|jumped|sang].|{@} [was so happy that {@.s}|felt so good that {@.s}] [danced in a circle|wanted to sing|hugged everybody].",
    "feel_afraid": "{@} was [<very>|] [scared|afraid|frightened].|{@} felt [scared|afraid].|{@.p} knees [shook|began to shake|felt like jelly].|{@.p} heart [beat fast|went boom, boom, boom|was beating hard]."
    "|{@} wanted to [run away|hide].|{@} shook [like a leaf|all over|from head to toe].|{@} did not dare to move.|{@} held {@.p} breath.|{@} shut {@.p} eyes [tight|for a moment].|a cold feeling ran down {@.p} back.",
    "feel_angry": "{@} was [<very>|] [angry|cross|mad].|{@} felt [angry|cross|hot with anger].|{@} stamped {@.p} foot.|{@.p} face [turned red|got hot].|{@} made an angry face.|{@} folded {@.p} arms and [frowned|turned away]."
    "|{@} frowned.|{@} was so [cross|angry] that {@.s} [wanted to shout|could not speak].|it made {@.o} [angry|mad|<very> cross].",
    "feel_proud": "{@} was [<very>|so] proud.|{@} felt [proud|tall|ten feet tall|very big].|{@} stood up [straight|tall] and smiled.|{@} was proud of {@.self}.|{@} [held {@.p} head high|beamed with pride|could hardly believe it].|{@.p} cheeks glowed with pride.",
    "feel_surprised": "{@} was [<very>|so] surprised.|{@.p} eyes [grew big|opened wide|were as big as plates].|{@} could not believe it.|{@.p} mouth fell open.|{@} [blinked|rubbed {@.p} eyes] and looked again.|what a surprise [it was|that was] for {@.o}!|{@} had never seen anything like it.",
    "feel_excited": "{@} was [<very>|so] excited.|{@} could not wait.|{@} hopped [from one foot to the other|with joy].|{@} [could hardly sit still|could not keep still].|{@} was full of [joy|hope|fun].|{@.p} heart beat [fast|faster] with joy.",
    "feel_sorry": "{@} felt [bad|sorry|very bad|ashamed].|{@} was [<very>|so] sorry.|{@} knew that {@.s} had [done something wrong|been wrong|made a mistake].|{@} looked down at the [floor|ground].|{@} wished that {@.s} could [take it back|start the day again].|a [bad|heavy|sick] feeling grew in {@.p} tummy.|{@.p} cheeks [burned|turned pink].",
    "feel_lonely": "{@} felt [lonely|all alone|left out].|{@} was lonely.|{@} had nobody to [play with|talk to|laugh with].|{@} sat [alone|by {@.self}|all by {@.self}].|{@} wished that {@.s} had [somebody to play with|a friend|someone near].",
    "feel_tired": "{@} was [<very>|so] tired.|{@.p} legs [were tired|felt heavy].|{@} yawned.|{@.p} eyes [were heavy|began to close].|{@} could hardly [stand|keep awake].",
    "feel_calm": "{@} felt [better|calm|safe|much better].|{@} took a deep breath.|{@} was not [afraid|worried] any more.|{@} felt [calm|quiet] inside.|{@} relaxed and [smiled|looked up].",
    # ---------------------------------------------------------------- what a speaker does while talking
    "beat_plain": "nodded|looked up|thought for a moment|looked at {to.o}|turned around|stopped|waited a bit",
    "beat_happy": "smiled|laughed|grinned|jumped up|clapped|giggled|beamed|nodded happily|gave a big smile",
    "beat_worried": "bent down|came closer|looked at {to.o}|sat down next to {to.o}|stopped|looked worried",
    "how_worried": "|softly|kindly|gently|in a soft voice|",
    "call_worried": "said|cried",
    "say_worried": "said|said|whispered",
    "beat_sad": "sighed|sniffed|looked down|wiped {@.p} eyes|hung {@.p} head|sobbed",
    "beat_afraid": "shook|took a step back|swallowed|held {@.p} breath|hid {@.p} face",
    "beat_angry": "frowned|stamped {@.p} foot|crossed {@.p} arms|turned red|pointed",
    "beat_kind": "smiled|bent down|came closer|smiled gently|put an arm around {to.o}|sat down next to {to.o}|nodded kindly|held out a hand",
    "beat_sorry": "looked down|blushed|took a deep breath|hung {@.p} head|swallowed hard",
    "how_plain": "|||softly|quietly|slowly|",
    "how_happy": "happily|with a smile|with a laugh|cheerfully|brightly||with a big smile|",
    "how_sad": "sadly|in a small voice|with tears in {@.p} eyes|softly|with a sigh|",
    "how_afraid": "in a tiny voice|in a shaky voice|nervously|with wide eyes|",
    "how_angry": "angrily|crossly|with a frown|in a loud voice|",
    "how_kind": "kindly|gently|softly|in a warm voice|with a smile|",
    "how_sorry": "in a small voice|quietly|in a low voice|with red cheeks|",
    "call_plain": "called|said|shouted",
    "call_happy": "cried|cheered|shouted|called|laughed|said",
    "call_sad": "cried|sobbed|said|wailed",
    "call_afraid": "cried|whispered|gasped|squeaked|screamed",
    "call_angry": "shouted|yelled|cried|snapped|said",
    "call_kind": "said|called|cried",
    "call_sorry": "said|cried|whispered",
    "say_plain": "said|said|said|answered|replied",
    "say_happy": "said|said|answered|laughed|sang",
    "say_sad": "said|said|sobbed|whispered|sniffed|sighed",
    "say_afraid": "said|whispered|whispered|said",
    "say_angry": "said|said|grumbled|growled",
    "say_kind": "said|said|answered|whispered",
    "say_sorry": "said|whispered|said|mumbled",
    # ---------------------------------------------------------------- exclamations inside speech
    "oh": "oh|oh no|oh dear|my goodness|look|wow|hey",
    "yay": "hooray|yay|wow|yes|look|hurrah|oh, wow",
    "thanks": "thank you|thank you so much|thanks a lot|thank you very much|oh, thank you",
    "hello": "hello|hi|hi there|hello there|good morning|good day",
    "ok": "okay|yes|all right|sure|of course|that is a good idea|good",
    # ---------------------------------------------------------------- weather and small events
    "weather": "the sun was [shining|warm|bright|high in the sky].|the sky was [blue|clear|bright blue|gray and soft].|a [soft|warm|cool|gentle] wind was blowing.|the birds were [singing|chirping] [in the trees|sweetly|on the roof|their morning song]."
    "|white clouds [floated by|sailed across the sky|looked like sheep].|the air smelled of [grass|flowers|rain|fresh bread|wet leaves].|it had rained in the night, and everything [was fresh|smelled good|was shiny].|the [leaves|flowers|trees] [danced|moved softly] in the wind."
    "|it was [a warm day|not too hot and not too cold|a fine day for playing|the best kind of day|quiet and still].|dew was [shining|sparkling] on the grass.",
    "aside": "a <critter> <critter_did>.|{@} saw a <critter> that <critter_did>.|far away, <far_sound>.|{@} [hummed|whistled|sang] a [little|happy|silly|quiet] [song|tune] [on the way|as {@.s} went along|all the while|to {@.self}]."
    "|{@} [stopped to tie a shoe|stopped to look at a <critter>|counted {@.p} steps|kicked a small stone along|jumped over a puddle|waved at a <critter>|picked up a leaf].",
    "critter": "butterfly|ladybug|bee|snail|robin|squirrel|grasshopper|dragonfly|beetle|caterpillar|crow|sparrow|little bird|gray cat|lizard|spider|worm|toad|pigeon|moth",
    "critter_did": "went by|came past|sat in the sun|hid under a leaf|rested on a stone|seemed to be in a hurry|looked for food|was busy with its work|crossed the path|stayed very still|moved in the grass|looked around and went away",
    "far_sound": "a bell rang|a dog barked|a train whistled|a rooster crowed|somebody was singing|a car honked|a cow mooed|children were laughing|an owl hooted|a door banged",
}
