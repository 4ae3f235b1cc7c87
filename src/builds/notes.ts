const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&apos;",
};

/** A build's XML with a text before what its notes have. */
export function withNote(xml: string, note: string): string {
	const text = note.replace(/[&<>"']/g, (letter) => entities[letter] as string);
	const open = /<Notes(\s[^>]*)?>/.exec(xml);
	if (!open) return xml.replace(/<\/PathOfBuilding2?>\s*$/, (end) => `<Notes>\n${text}\n</Notes>\n${end}`);
	const { index } = open;
	const [tag] = open;
	if (tag.endsWith("/>"))
		return `${xml.slice(0, index)}<Notes>\n${text}\n</Notes>${xml.slice(index + tag.length)}`;
	const at = index + tag.length;
	return `${xml.slice(0, at)}\n${text}\n${xml.slice(at)}`;
}

/**
 * A build's XML with its level as a number. Where Path of Building has the level follow the points, it would show a tree
 * of more points at a higher level than that of the numbers which go with it.
 */
export function withLevel(xml: string, level: number): string {
	return xml.replace(/<Build\b[^>]*>/, (tag) =>
		tag
			.replace(/\bcharacterLevelAutoMode="true"/, 'characterLevelAutoMode="false"')
			.replace(/\blevel="\d+"/, `level="${level}"`),
	);
}
