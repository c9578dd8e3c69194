"""The people, animals, things, foods and places that stories are made of, as tables."""

from __future__ import annotations

from dataclasses import dataclass

GIRLS = tuple(
    """Lily Mia Anna Sara Lucy Emma Sue Amy Ella Rosie Ruby Nina Zoe Molly Daisy Grace Lola Clara Maya Jane Kate Nora
    Ivy Hazel Bella Sofia Poppy Tina Eva Ada Betty Carla Dora Elsie Fay Gina Holly Iris Jenny Kim Leah Mary Nelly Olive
    Penny Rita Sally Tess Una Vera Wendy Yara Alma Beth Cora Della Freya Gwen Hana Jill Kira Lena Maggie Pia Rosa
    Stella Thea Violet Willa Zara Abby Tilly""".split()
)
BOYS = tuple(
    """Tim Ben Tom Sam Max Jack Leo Finn Noah Oscar Theo Billy Bobby Charlie Danny Eddie Felix George Harry Isaac Jake
    Kevin Luke Mark Nick Owen Paul Robin Simon Toby Victor Will Adam Alex Brian Carl David Eli Fred Greg Hugo Ivan Joe
    Kai Liam Milo Ned Omar Peter Ravi Sid Ted Walter Andy Arlo Bruno Colin Dylan Ezra Frank Gus Henry Jasper Louis
    Martin Oliver Rory Spencer Timmy Jimmy Johnny Teddy Zack""".split()
)
PETS = tuple(
    """Pip Fluffy Coco Biscuit Nibbles Rusty Patches Ginger Pepper Bubbles Whiskers Button Honey Hoppy Muffin Nutty
    Pickle Spot Sunny Tiny Toffee Waffles Ziggy Bramble Clover Domino Fudge Hopper Inky Jumper Mittens Noodle Peanut
    Pebble Scout Snowy Socks Speedy Twig Acorn Dusty Flicker Mossy Puddle Smoky Tango Velvet Wiggles Cocoa Maple""".split()
)


@dataclass(frozen=True)
class Animal:
    """An animal that can be somebody in a story."""

    noun: str
    adjectives: tuple[str, ...]
    home: str
    """Where it lives: *in a hole under an oak tree*."""
    moves: str
    """How it gets about: hop, trot."""
    sound: str
    wild: bool


def _animals(table: str) -> tuple[Animal, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(Animal(row[0], tuple(row[1].split()), row[2], row[3], row[4], row[5] == "wild") for row in rows)


ANIMALS = _animals("""
rabbit | little white | in a warm hole under a hill | hop | squeak | wild
squirrel | small red | in a hole in an oak tree | scamper | chatter | wild
bear | big brown | in a cave in the woods | walk | growl | wild
fox | clever orange | in a den under the roots of a tree | trot | bark | wild
mouse | tiny gray | in a little hole behind the wall | scurry | squeak | wild
hedgehog | small prickly | under a pile of leaves | shuffle | snuffle | wild
owl | wise old | at the top of a tall tree | fly | hoot | wild
frog | little green | on a leaf in the pond | hop | croak | wild
duck | fluffy yellow | by the pond | waddle | quack | tame
turtle | slow green | near a quiet stream | crawl | hum | wild
deer | young brown | at the edge of the forest | run | call | wild
beaver | busy brown | in a house of sticks on the river | swim | mumble | wild
raccoon | small gray | in a hollow log | sneak | chatter | wild
mole | little black | in a tunnel under the field | crawl | mumble | wild
badger | old gray | in a deep hole in the hill | march | grunt | wild
otter | playful brown | on the bank of the river | swim | whistle | wild
cat | soft gray | in a house with a red roof | creep | meow | tame
dog | friendly brown | in a wooden dog house | run | bark | tame
puppy | playful spotted | in a basket by the stove | run | yap | tame
kitten | tiny black | in a box full of blankets | tumble | meow | tame
pig | round pink | in a muddy pen | trot | oink | tame
lamb | young woolly | in a green field | skip | bleat | tame
goat | cheeky white | on a small farm | jump | bleat | tame
horse | tall brown | in a big barn | gallop | neigh | tame
pony | little spotted | in a stable on a farm | trot | neigh | tame
cow | big spotted | in a sunny field | walk | moo | tame
hen | plump brown | in a little hen house | strut | cluck | tame
chick | tiny yellow | in a nest of straw | hop | peep | tame
goose | proud white | near the old mill | waddle | honk | tame
donkey | stubborn gray | behind the farm house | trot | bray | tame
monkey | funny brown | in a banana tree | swing | chatter | wild
elephant | huge gray | near a wide river | walk | trumpet | wild
lion | young golden | in the tall grass | walk | roar | wild
tiger | big striped | in the jungle | creep | growl | wild
giraffe | tall spotted | where the trees are high | walk | hum | wild
zebra | young striped | in the wide grass land | gallop | neigh | wild
penguin | little black | on a big block of ice | waddle | call | wild
panda | round fluffy | among the green bamboo | roll | hum | wild
koala | sleepy gray | in a tall gum tree | climb | snore | wild
kangaroo | strong brown | in a dry red land | jump | call | wild
bird | small blue | in a nest in the apple tree | fly | chirp | wild
sparrow | tiny brown | under the roof of the barn | fly | chirp | wild
parrot | bright green | in a warm forest | fly | squawk | wild
dragon | small purple | in a cave on a mountain | fly | roar | wild
""")


@dataclass(frozen=True)
class Thing:
    """An object that somebody can have, lose, break or give."""

    noun: str
    kinds: tuple[str, ...]
    """toy, soft, breaks, wear, treasure, tool, music, book, wheels, flies, sail, gift, kitchen."""
    adjectives: tuple[str, ...]
    uses: tuple[str, ...]
    """What one does with it; `@` stands for the thing."""
    plural: bool = False


def _things(table: str) -> tuple[Thing, ...]:
    found = []
    for line in table.strip().splitlines():
        noun, kinds, adjectives, uses = (cell.strip() for cell in line.split("|"))
        found.append(
            Thing(noun.lstrip("*"), tuple(kinds.split()), tuple(adjectives.split()),
                  tuple(use.strip() for use in uses.split(",")), noun.startswith("*"))
        )  # fmt: skip
    return tuple(found)


THINGS = _things("""
ball | toy gift small | big bouncy | bounce @, throw @ high up, kick @ across the grass, roll @ down the hill
doll | toy gift breaks small soft | pretty little | dress @, sing to @, rock @ to sleep, carry @ everywhere
teddy bear | toy gift soft | old fluffy | hug @, sleep next to @, tell secrets to @, give tea to @
toy car | toy gift breaks small wheels | shiny fast | race @ across the floor, drive @ around the table, push @ under the chairs
toy train | toy gift breaks wheels | long wooden | pull @ along the floor, make @ whistle, drive @ through a tunnel of books
toy boat | toy gift breaks small sail | little wooden | sail @ in the tub, float @ on the water, pretend @ was a ship
toy plane | toy gift breaks flies small | light silver | fly @ around the room, make @ zoom over the bed, land @ on the rug
toy truck | toy gift breaks wheels | strong yellow | fill @ with sand, push @ up the hill, load @ with stones
toy robot | toy gift breaks | funny silver | wind @ up, make @ walk, teach @ to dance
toy dinosaur | toy gift small | scary green | make @ roar, hide @ in the grass, march @ over the pillows
toy horse | toy gift small | little brown | gallop @ over the bed, feed grass to @, build a stable for @
toy rabbit | toy gift soft small | floppy white | cuddle @, carry @ by the ears, tuck @ into bed
puppet | toy gift breaks soft | funny wooden | make @ talk, make @ dance, put on a show with @
spinning top | toy gift small breaks | round striped | spin @ on the floor, watch @ go round and round
yo-yo | toy gift small breaks | smooth round | make @ go up and down, do tricks with @
jump rope | toy gift | long striped | skip with @, jump over @, play horses with @
hoop | toy gift wheels | big round | roll @ along the path, jump through @, swing @ around
kite | toy gift flies breaks | long colorful | fly @ on the hill, run with @, watch @ dance in the wind
balloon | toy gift flies | round shiny | hold @ by the string, bop @ into the air, draw a face on @
bike | toy gift wheels breaks | new fast | ride @ to the corner, ride @ down the lane, ring the bell of @
scooter | toy gift wheels breaks | shiny quick | ride @ along the path, zoom around on @
wagon | toy gift wheels breaks | little wooden | pull @ up the hill, fill @ with leaves, give rides in @
tricycle | toy gift wheels breaks | small sturdy | ride @ in circles, ride @ around the yard
sled | toy gift breaks | long wooden | slide down the hill on @, pull @ through the snow
skateboard | toy gift wheels breaks | flat fast | roll along on @, do tricks on @
puzzle | toy gift | big tricky | do @ on the floor, put @ together, finish @ before supper
drum | toy gift music breaks | loud round | bang on @, play @ in the yard, tap on @
flute | gift music small breaks | thin wooden | play a tune on @, blow into @
trumpet | gift music | loud golden | blow into @, play @ by the window
guitar | gift music breaks | small wooden | play songs on @, strum @
violin | gift music breaks | old brown | play @ softly, practice on @
bell | gift music small treasure | small golden | ring @, make @ go ding dong
whistle | toy gift music small | loud little | blow @, play a tune on @
music box | gift music treasure breaks | tiny pretty | open @ and listen, dance to the song of @
harmonica | gift music small | shiny little | play @ on the porch, blow into @
paint brush | tool gift small | soft thin | paint with @, dip @ in blue paint
pencil | tool small | short sharp | draw with @, write with @
crayon | tool small | thick waxy | draw with @, color with @
notebook | book gift | thin new | draw in @, write stories in @
picture book | book gift | thick colorful | read @, look at the pictures in @, read @ to the cat
story book | book gift | old heavy | read @ every night, carry @ around
map | book treasure small | old torn | look at @, follow @, fold @ up
letter | small book | long secret | read @ again and again, fold @ up
postcard | small book gift | pretty little | look at @, show @ to everyone
hat | wear gift soft small | tall funny | wear @ all day, pull @ over one ear, show @ to the birds
cap | wear gift soft small | old striped | wear @ backwards, throw @ in the air
scarf | wear gift soft | long warm | wear @ in the wind, wrap @ around twice
coat | wear gift soft | thick warm | wear @ in the rain, button @ up
sweater | wear gift soft | cozy woolly | wear @ on cold days, pull @ on
dress | wear gift soft | long pretty | twirl around in @, wear @ to parties
cape | wear gift soft | long shiny | run around in @, pretend to fly in @
crown | wear gift treasure breaks | shiny golden | wear @ like a king, polish @
mask | wear toy breaks | funny paper | wear @ and roar, hide behind @
backpack | wear gift | strong big | carry @ to school, fill @ with snacks
umbrella | wear gift breaks | wide bright | open @ in the rain, twirl @, walk under @
ring | treasure gift small | thin golden | wear @, make @ shine in the sun
necklace | treasure gift small breaks | long sparkly | wear @, count the beads of @
bracelet | treasure gift small breaks | thin silver | wear @, show @ to everyone
watch | treasure gift small breaks | round old | listen to @ tick, look at @
coin | treasure small | old round | flip @, rub @ until it shone
key | treasure small | rusty little | turn @ in the lock, hang @ on a string
shell | treasure small breaks | pink smooth | hold @ to one ear, look at @
stone | treasure small | smooth flat | rub @, skip @ on the water
marble | treasure toy small | round glass | roll @ along the floor, look through @
feather | treasure small | long soft | tickle noses with @, write in the air with @
pine cone | treasure small | brown round | roll @ down the path, paint @
button | treasure small | round shiny | spin @, sew @ on
ribbon | treasure gift small soft | long silky | tie @ in a bow, wave @ in the wind
medal | treasure gift small | round golden | wear @ proudly, polish @
magnet | treasure toy small | strong little | pick up pins with @, play with @
lantern | tool gift breaks | old bright | light @, carry @ in the dark
flashlight | tool gift small | bright little | make shadows with @, shine @ under the bed
candle | tool small | tall white | watch @ burn, light @ at supper
basket | tool gift | round woven | fill @ with flowers, carry @ to market
bucket | tool toy | big round | fill @ with sand, carry water in @
shovel | tool toy | small strong | dig holes with @, build castles with @
rope | tool | long strong | tie knots in @, swing on @
net | tool | long thin | catch butterflies with @, carry @ to the pond
ladder | tool | tall wooden | climb @, carry @
hammer | tool | small heavy | bang nails with @, fix things with @
broom | tool | long old | sweep the floor with @, ride @ like a horse
watering can | tool gift | green little | water the plants with @, fill @
telescope | tool gift breaks | long black | look at the moon through @, look for ships with @
magnifying glass | tool gift small breaks | round shiny | look at bugs through @, look at leaves with @
camera | tool gift breaks small | small black | take pictures with @, click @
radio | tool music breaks | old square | listen to @, dance to @
clock | tool gift breaks | round loud | listen to @ tick, wind @ up
lamp | tool gift breaks | bright little | turn @ on, read under @
mirror | gift breaks small | round clean | make faces in @, look into @
vase | breaks kitchen gift | tall blue | put flowers in @, look at @
cup | kitchen breaks gift small | pretty blue | drink milk from @, drink from @
bowl | kitchen breaks | round deep | eat soup from @, mix things in @
plate | kitchen breaks | flat white | eat cake from @, wash @
teapot | kitchen breaks gift | round white | pour tea from @, play tea party with @
spoon | kitchen small | long wooden | stir with @, tap on pots with @
jar | kitchen breaks | tall glass | keep buttons in @, look into @
bottle | kitchen breaks | small green | drink from @, fill @
lunch box | kitchen gift | square bright | pack @, carry @ to school
pillow | soft | fat soft | sleep on @, jump on @
blanket | soft gift | warm soft | hide under @, carry @ everywhere, build a tent with @
rug | soft | round woolly | roll on @, sit on @
tent | toy gift breaks | big green | sleep in @, play house in @
swing | toy breaks | high wooden | swing on @, push @
doll house | toy gift breaks | big wooden | play with @, move the tiny chairs in @
tea set | toy gift breaks | tiny pretty | play with @, have parties with @
toy castle | toy gift breaks | tall gray | play knights in @, guard @
wand | toy gift treasure small | thin sparkly | wave @ around, pretend to do magic with @
toy sword | toy gift | long wooden | swing @ at dragons, march around with @
bow tie | wear gift small | silly spotted | wear @ to dinner, straighten @
snow globe | gift treasure breaks small | round pretty | shake @, watch the snow fall in @
piggy bank | gift breaks treasure | fat pink | shake @, put coins in @
toy elephant | toy gift soft | big gray | ride on @, hug @
toy monkey | toy gift soft small | silly brown | hang @ from the bed, tickle @
toy lion | toy gift soft | brave golden | roar with @, sleep next to @
paper boat | toy sail small | little white | float @ in a puddle, blow on @
pinwheel | toy gift small flies | bright spinning | blow on @, run with @ in the wind
wind-up mouse | toy gift small breaks | quick gray | wind @ up, chase @
toy drum | toy music breaks gift | tiny round | bang on @, march with @
tambourine | music gift | jingly round | shake @, dance with @
xylophone | music toy gift breaks | bright wooden | play a song on @, tap on @
paint box | tool gift | big new | paint pictures with @, open @
sketch book | book gift | large white | draw in @, fill @ with pictures
fishing rod | tool gift breaks | long thin | fish with @, carry @ to the lake
compass | tool treasure small gift | round little | follow @, look at @
wallet | treasure small gift | brown old | keep coins in @, open @
purse | treasure small gift | tiny red | carry @, keep treasures in @
sun hat | wear soft gift | wide yellow | wear @ in the garden, fan with @
raincoat | wear soft gift | long yellow | wear @ in puddles, button @ up
tutu | wear soft gift | pink fluffy | dance in @, spin around in @
belt | wear gift | long brown | wear @, buckle @
tie | wear gift soft | long blue | wear @, show @ off
apron | wear soft | clean white | wear @ in the kitchen, tie @ on
trophy | treasure gift | tall golden | polish @, look at @
toy tractor | toy gift wheels breaks | big red | drive @ in the mud, pull things with @
fire truck | toy gift wheels breaks | long red | drive @ to the rescue, make @ go wee-oo
toy bus | toy gift wheels breaks | big yellow | drive @ to school, fill @ with tiny dolls
toy rocket | toy gift flies breaks | tall white | count down and launch @, fly @ to the moon
snail shell | treasure small | tiny brown | look at @, keep @ safe
acorn | treasure small | fat brown | roll @, make a hat from @
seed | treasure small | tiny round | plant @, look at @
*boots | wear gift | tall rubber | splash in @, stomp around in @
*shoes | wear gift | new shiny | run in @, dance in @
*mittens | wear soft gift small | warm woolly | wear @ in the snow, clap in @
*gloves | wear soft gift small | warm thick | wear @ in the cold, pull @ on
*socks | wear soft gift small | striped long | slide on the floor in @, wear @ to bed
*glasses | wear breaks small | round thin | look through @, clean @
*sunglasses | wear gift breaks small | dark cool | wear @ on sunny days, look cool in @
*skates | wear gift | fast new | skate on the ice in @, lace up @
*slippers | wear soft gift | fuzzy warm | shuffle around in @, wear @ in the morning
*pajamas | wear soft gift | warm striped | sleep in @, jump on the bed in @
*blocks | toy gift | big wooden | build towers with @, make a castle with @
*wings | wear toy breaks | sparkly paper | run and flap @, pretend to fly with @
*crayons | tool gift | bright new | draw with @, color with @
*beads | treasure small gift | shiny round | put @ on a string, count @
*marbles | toy treasure small gift | round glass | roll @ along the floor, count @
""")

COLORS = tuple("red blue green yellow pink purple orange white black brown silver golden".split())

FOODS = {
    "count": tuple(
        """apple,pear,banana,peach,plum,cookie,cupcake,muffin,pancake,sandwich,orange,carrot,tomato,egg,biscuit,
        pretzel,waffle,lollipop,berry,cherry,strawberry,blueberry,raspberry,nut,bun,roll,lemon,melon,mango,fig,
        doughnut,candy bar,pickle,potato,pea pod,mushroom,radish,turnip,bagel,tart""".replace("\n", "").split(",")
    ),
    "mass": tuple(
        """bread,soup,cheese,honey,jam,milk,juice,popcorn,ice cream,corn,porridge,rice,butter,pudding,lemonade,
        hot chocolate,pasta,salad,toast,tea,fudge,yogurt,apple pie,chocolate cake,carrot cake,cream""".replace("\n", "").split(",")
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Somewhere to go."""

    noun: str
    preposition: str
    kinds: tuple[str, ...]
    """out, in, home, wild, play, town, water, grow."""
    activities: tuple[str, ...]
    adjectives: tuple[str, ...]


def _places(table: str) -> tuple[Place, ...]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return tuple(
        Place(row[0], row[1], tuple(row[2].split()), tuple(part.strip() for part in row[4].split(",")),
              tuple(row[3].split()))
        for row in rows
    )  # fmt: skip


PLACES = _places("""
park | in | out play | big green | slide down the slide, swing on the swings, feed the ducks, run on the grass, play tag
garden | in | out home grow play | sunny pretty | pick flowers, look for worms, chase butterflies, smell the roses, water the beans
yard | in | out home play | small sunny | jump in the leaves, run in circles, look for bugs, dig in the dirt, climb the tree
beach | on | out play water | long sandy | build a sand castle, look for shells, splash in the waves, dig a deep hole, run from the waves
forest | in | out wild | dark quiet | pick berries, climb on the logs, listen to the birds, collect pine cones, follow the path
woods | in | out wild | quiet green | look for mushrooms, jump over roots, listen to the owls, gather sticks, play between the trees
meadow | in | out wild play | wide green | pick daisies, roll in the grass, chase grasshoppers, lie in the sun, make flower crowns
field | in | out wild play | wide golden | run through the tall grass, watch the clouds, play catch, turn cartwheels, look for mice
farm | on | out grow | old busy | feed the hens, pet the lambs, ride on the tractor, collect eggs, jump in the hay
pond | by | out water wild | little quiet | watch the frogs, throw pebbles, look for fish, float leaves on the water, count the ducks
lake | by | out water | big blue | skip stones, swim in the cool water, watch the boats, dip tired feet, look at the fish
river | by | out water wild | wide shiny | throw sticks into the water, watch the fish jump, wade near the bank, build a dam, look for smooth stones
hill | on | out wild play | high grassy | roll down the slope, look at the clouds, fly paper planes, run up and down, count the houses far below
playground | on | out play | noisy fun | climb on the bars, ride the seesaw, go down the slide, spin around, play hopscotch
school | at | in town | big busy | learn letters, sing songs, paint pictures, count to ten, read with friends
library | at | in town | big quiet | look at picture books, listen to stories, whisper, read about whales, sit on the soft rug
market | at | out town | busy noisy | look at the fruit, smell the bread, count the fish, taste the cheese, watch the people
zoo | at | out town | big exciting | watch the monkeys, look at the lions, wave at the elephants, feed the goats, count the penguins
town square | in | out town | old busy | splash at the fountain, listen to the band, feed the pigeons, watch the people, dance to the music
bakery | at | in town | warm little | smell the fresh bread, look at the cakes, watch the baker, taste a roll, count the buns
barn | in | in home | old red | jump in the hay, pet the horses, hide behind the bales, look for eggs, climb the ladder
kitchen | in | in home | warm bright | stir the soup, set the table, lick the spoon, wash the cups, bake little pies
bedroom | in | in home | cozy little | build a pillow fort, read books, play with blocks, jump on the bed, draw pictures
living room | in | in home | warm cozy | dance to music, build a tower, play with the cat, roll on the rug, do a puzzle
attic | in | in home | dusty dark | look in old boxes, try on old hats, look out of the round window, open a dusty trunk, play pirates
orchard | in | out grow | shady sweet | pick apples, climb the trees, collect fallen fruit, count the bees, sit in the shade
fair | at | out town | noisy bright | ride the merry-go-round, eat popcorn, throw rings, watch the clowns, look at the lights
museum | at | in town | huge quiet | look at the dinosaur bones, look at the old ships, count the paintings, whisper, draw the statues
train station | at | in town | busy loud | watch the trains, wave at the driver, listen to the whistles, count the bags, look at the big clock
harbor | by | out water town | windy busy | watch the boats, count the sea gulls, look at the nets, wave at the sailors, smell the salty air
pool | at | in water | cool blue | splash around, jump in, float on a mat, kick in the water, play with a water ball
cave | in | wild out | deep dark | listen to the echo, look at the shiny rocks, play explorers, count the drips, draw on the wall
island | on | out wild water | tiny sandy | look for treasure, climb the palm tree, collect shells, build a hut, watch the sea
castle | in | in town | tall old | play knights, run up the stairs, look out of the tower, march in the hall, peek into the rooms
village | in | out town | small quiet | visit the neighbors, play by the well, chase the geese, run down the lane, listen to the bells
toy store | at | in town | bright big | look at the trains, hug the teddy bears, try the drums, spin the tops, count the dolls
pet shop | at | in town | noisy little | watch the fish, pet the rabbits, talk to the parrot, look at the kittens, listen to the birds
stream | by | out water wild | small clear | float leaves, jump from stone to stone, look for tadpoles, splash around, build a little bridge
mountain | on | out wild | high rocky | climb up the path, look at the view, shout and hear the echo, collect stones, rest on a rock
greenhouse | in | in grow | warm glassy | water the tomatoes, smell the herbs, look at the cactus, count the pots, look for ladybugs
porch | on | out home | wide shady | rock in the chair, watch the rain, drink lemonade, wave at the neighbors, play cards
street | in | out town | long quiet | draw with chalk, jump over the cracks, wave at the mailman, play hopscotch, count the cars
sand pit | in | out play | big sandy | dig tunnels, make sand cakes, bury small stones, build roads, fill cups with sand
tree house | in | out play home | high wooden | look out for pirates, tell secrets, draw maps, watch the birds, eat snacks
bus stop | at | out town | small windy | count the cars, wait for the bus, hop on one foot, sing a song, watch the people
jungle | in | out wild | hot green | swing on vines, watch the parrots, look for bananas, listen to the monkeys, splash in the rain
snowy field | in | out play wild snowy | white wide | make snow angels, throw snowballs, slide around, catch snowflakes, build a snow house
windmill | by | out wild | tall old | watch the wheel turn, fly paper birds, run around, listen to the wind, sit on the steps
bridge | on | out water town | old stone | drop sticks into the water, wave at the boats, look at the fish, count the steps, listen to the river
fire station | at | in town | big red | look at the fire trucks, try on a helmet, slide down the pole, ring the bell, talk to the firemen
""")

TRAITS = {
    "good": tuple("kind brave clever gentle cheerful friendly curious happy helpful careful smart polite lively sweet "
                  "funny playful thoughtful patient merry jolly bright honest".split()),
    "hard": tuple("shy stubborn proud messy lazy greedy noisy careless bossy impatient forgetful grumpy selfish "
                  "timid".split()),
}  # fmt: skip

LIKES = tuple(
    """sing funny songs,draw pictures of dragons,count the stars,tell jokes,ask questions,dance in the
    rain,run very fast,climb trees,build tall towers,look at clouds,make up stories,help in the
    kitchen,collect stones,paint,play in the mud,watch ants,jump over puddles,read about the sea,feed
    the birds,wear funny hats,play pirates,make mud pies,ride on swings,look for treasure,whistle,take
    long naps,tickle people,splash in water,eat sweet berries,play hide and seek,roll down hills,chase
    butterflies,talk to flowers,play the drums on pots,hop on one foot,bake little cakes,skip
    stones,catch snowflakes,make paper boats,listen to the wind,say good morning to everyone,dig deep
    holes,play catch,learn new words,walk on walls,make people laugh,pick flowers,learn about bugs,make
    daisy chains,build forts,sort buttons by color,watch the rain,play with shadows,hide in small
    places,plan big adventures,visit old friends,sleep late,look at the moon,swim,climb on rocks""".replace("\n    ", " ").split(",")
)  # fmt: skip
JOINED = frozenset("flap listen launch hear roar bounce".split())
"""Second verbs of a phrase such as *run and flap*, which change their form like the first."""
