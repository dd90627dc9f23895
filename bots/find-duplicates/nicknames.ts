/** English given names that people go by, each line one name; the first is the formal one. */
const LINES = `
alexander alex al sasha
alexandra alex sandra lexi
andrew andy drew
anthony tony
barbara barb barbie
benjamin ben benny
catherine cathy kate katie cate
charles charlie chuck
christine chris christina tina
christopher chris
daniel dan danny
deborah deb debbie debra
donald don
dorothy dot dottie
edward ed eddie ted
elizabeth liz beth betty lisa eliza
eugene gene
frances fran
francis frank
frederick fred
gerald gerry jerry
gregory greg
henry hank harry
jacob jake
james jim jimmy jamie
jeffrey jeff
jennifer jen jenny
jessica jess
john jack johnny jon
jonathan jon
joseph joe joey
joshua josh
judith judy
katherine kathy kate katie
kathleen kathy
kenneth ken
lawrence larry
leonard len
margaret maggie meg peggy
matthew matt
michael mike mickey
nancy nan
nathaniel nathan nate
nicholas nick
pamela pam
patricia pat patty trish
patrick pat
peter pete
philip phil
rebecca becky
richard rick dick rich
robert bob rob bobby
ronald ron
samuel sam
samantha sam
sandra sandy
stephen steve steven
susan sue suzanne
theodore ted teddy
thomas tom tommy
timothy tim
victoria vicky tori
vincent vince
virginia ginny
walter walt
william bill will billy
zachary zach
`;

const GROUPS = LINES.trim()
  .split('\n')
  .map((line) => new Set(line.split(' ')));

/** Whether one is a short form of the other, or both of the same; lower case. */
export function isNickname(one: string, other: string): boolean {
  return GROUPS.some((group) => group.has(one) && group.has(other));
}
