"""Short forms of first names, German and English: our own small table."""

from __future__ import annotations

_TABLE = """
alexander alex sascha xander
alexandra alex sandra sascha
andreas andi andy
andrew andy drew
angelika geli angie
anna anni anne ann annie
annemarie anne
anthony tony
anton toni
antonia toni
barbara babs barb babsi
benjamin ben benni benny benji
bernhard bernd berni
catherine kate cathy cath katie
charles charlie chuck chas
charlotte lotte charlie lotta
christian chris
christina chris tina christine
christoph chris
christopher chris topher kit
claudia claudi
cornelia conny nelly
daniel dan danny dani
daniela dani
david dave davy
deborah debbie deb
dominik dom nik
donald don donny
dorothy dot dottie dolly
edward ed eddie ted ned
elisabeth lisa elli liesel sissi betti else lisbeth
elizabeth liz beth lizzie betty eliza lisa libby
emily em emmy
eva evi
ferdinand ferdi
florian flo
frances fran francie
franziska franzi
frederick fred freddie freddy
friedrich fritz fredi fried
gabriela gabi gaby
gabriele gabi gaby
georg schorsch
gerhard gerd gert
gregory greg
guenther guenni
hans johannes johann hannes jo
heinrich heinz heiner henri
helen nell
helena lena leni
henry harry hank
hubert hubsi
jacob jake
jacqueline jackie
jakob kobi
james jim jimmy jamie
janet jan
jeffrey jeff
jennifer jen jenny jenni
jessica jess jessie
joachim jochen achim
john jack johnny jon
jonathan jon jonny
josef sepp joe
joseph joe joey
joshua josh
judith judy
juergen juergi
julia juli jule
julian juli
karl charly kalle
karoline karo caro
katharina kathi kati kathrin katrin katja kata
kathleen kathy kath
kenneth ken kenny
kimberly kim kimmy
konrad konni kurt
konstantin konsti
larry lawrence laurence
leonard len lenny leo
leonhard leo hardi
ludwig lutz wiggerl
lukas luki
magdalena lena magda leni
manfred manni fred
manuela manu ela
margaret maggie meg peggy marge greta
margarete grete gretel greta margit rita
maria mia mitzi ria
martin maddin
matthew matt
matthias matze hias
maximilian max maxi
michael mike micha michi mick mickey
michaela michi micha ela
monika moni
nicholas nick nicky
nicole nicki nici
nikolaus klaus niklas nick niko
oliver oli olli ollie
pamela pam
patricia pat patty trish tricia
patrick pat paddy
peter pete petey
philip phil
philipp phil
rainer raini
raymond ray
rebecca becky becca
reinhard hardy
richard rick dick rich ricky
robert rob bob bobby robbie robby bert
roland roli
ronald ron ronny
rudolf rudi rolf
sabine bine
samantha sam
samuel sam sammy
sebastian basti seb bastian wastl
siegfried sigi
sigrid sigi
simon si
sophie sophia sofie sofia
stefan steff stefano steve
stefanie steffi stephanie steff
stephen steve
steven steve
susan sue susie suzie
susanne susi sanne
tamara tami
theodor theo
theodore ted theo teddy
theresa resi tess terry
thomas tom tommy thom
timothy tim timmy
ulrich uli ulli
ulrike uli ulli rike
ursula uschi ulla
valentin valle
veronika vroni
victoria vicky tori
viktoria vicky viki
walter walt
werner werni
wilhelm willi willy
william bill will billy willy liam
wolfgang wolf wolfi
zachary zach zack
"""
"""A full name and what people make of it, one family a line."""


def _families() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _TABLE.split("\n"):
        for name in line.split():
            found.setdefault(name, set()).add(line.split()[0])
    return {name: frozenset(families) for name, families in found.items()}


FAMILIES = _families()
"""Each name with the families that it belongs to: ``alex`` is of ``alexander`` and of ``alexandra``."""
