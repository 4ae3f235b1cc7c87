import { dice } from "./pob.js";

type Roll = (n: number) => number;
type Mutation = (text: string, roll: Roll) => string;

/** The text with a random match of the pattern replaced. */
function at(pattern: RegExp, change: (match: RegExpMatchArray) => string): Mutation {
	return (text, roll) => {
		const matches = [...text.matchAll(pattern)];
		const match = matches[roll(Math.max(matches.length, 1))];
		if (match?.index === undefined) return text;
		return text.slice(0, match.index) + change(match) + text.slice(match.index + match[0].length);
	};
}

const after = (pattern: RegExp, piece: string) => at(pattern, ([found]) => found + piece);

const value = /(\w+)="([^"']*)"/g;
const gap = />\s*/g;

/** Defects of XML, one each; Path of Building's reader accepts most of them. */
export const xmlMutations: Readonly<Record<string, Mutation>> = {
	"a bare & in an attribute": after(/="/g, "A & B "),
	"a bare & in a text": after(gap, " & "),
	"an unknown entity": after(/="/g, "&bomb;"),
	"an unknown entity in an item": after(/<Item\b[^>]*>\n/g, "&nbsp;"),
	"a character's number": after(/="/g, "&#65;"),
	"a value between & and ;": at(value, ([, name, text]) => `${name}="&${text};"`),
	"-- in a comment": after(gap, "<!-- a -- b --- -->"),
	"a tag in a comment": after(gap, '<!-- <Spec nodes="1"/> -->'),
	"a comment in a tag": after(/<\w+ /g, "<!-- x -->"),
	"a comment without an end": after(gap, "<!-- x"),
	"text behind it": (text) => `${text}hello & <`,
	"an element behind it": (text) => `${text}<PathOfBuilding2/>`,
	"an end behind it": (text) => `${text}</x>`,
	"text in front": (text) => `x${text}`,
	"a document type in front": (text) => `<!DOCTYPE x>${text}`,
	"a comment in front": (text) => `<!-- x -->${text}`,
	"a value without quotes": at(/(\w+)="(\w+)"/g, ([, name, text]) => `${name}=${text}`),
	"single quotes": at(value, ([, name, text]) => `${name}='${text}'`),
	"one quote of each kind": at(value, ([, name, text]) => `${name}="${text}'`),
	"white space before =": at(value, ([, name, text]) => `${name} = "${text}"`),
	"an attribute twice": at(value, ([found, name]) => `${name}="zz" ${found}`),
	"> in a value": after(/="/g, ">"),
	"< in a value": after(/="/g, "<"),
	CDATA: after(gap, "<![CDATA[ x < & ]]>"),
	"CDATA without an end": after(gap, "<![CDATA[ x"),
	"an instruction": after(gap, "<?php x ?>"),
	"a document type inside": after(gap, "<!DOCTYPE x [<!ENTITY a 'b'>]>"),
	"an unknown element": after(gap, "<foo bar=1>baz</foo>"),
	"a prefix": after(gap, "<ns:foo a:b='c'/>"),
	"a start too many": after(gap, "<foo>"),
	"an end too many": after(gap, "</foo>"),
	"< and white space": at(/<(\w)/g, ([, letter]) => `< ${letter}`),
	"white space in an end": at(/<\/(\w+)>/g, ([, name]) => `</${name} >`),
	"an end in small letters": at(/<\/(\w+)>/g, ([, name]) => `</${name?.toLowerCase()}>`),
	"/ and white space": at(/\/>/g, () => "/ >"),
	"two slashes": at(/\/>/g, () => "//>"),
	"a NUL": after(/[>"]\s*/g, "\0"),
	"Windows line ends": (text) => text.replaceAll("\n", "\r\n"),
	"no prolog": (text) => text.replace(/^<\?.*\?>\s*/, ""),
	"text between elements": after(gap, "hello"),
	"letters of the world": after(/="/g, "é\u200B漢"),
	"cut off": (text, roll) => text.slice(0, roll(text.length)),
	"a character less": (text, roll) => {
		const place = roll(text.length);
		return text.slice(0, place) + text.slice(place + 1);
	},
	"an attribute less": at(/ \w+="[^"]*"/g, () => ""),
	"an empty value": at(value, ([, name]) => `${name}=""`),
	"a word for a value": at(value, ([, name]) => `${name}="abc"`),
	"a huge value": at(/(\w+)="\d+"/g, ([, name]) => `${name}="99999999"`),
	"an element less": at(/<(\w+)[^<>]*\/>/g, () => ""),
	"an element twice": at(/<(\w+)[^<>]*\/>/g, ([found]) => found + found),
	"no <Build>": (text) => text.replace(/<Build.*?<\/Build>/s, ""),
	"a class that is none": (text) => text.replaceAll(/classInternalId="\w*"/g, 'classInternalId="abc"'),
	"no tree active": (text) => text.replace(/activeSpec="\d*"/, 'activeSpec="0"'),
};

/** One text per mutation and seed, each made from one of `builds`. */
export function mutatedTexts(builds: readonly string[], seed: number): [name: string, text: string][] {
	const roll = dice(seed);
	return Object.entries(xmlMutations).map(([name, mutate]) => [
		name,
		mutate(builds[roll(builds.length)] as string, roll),
	]);
}
