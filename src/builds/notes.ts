const entities: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&apos;",
};

/** A build's XML with text inserted before its existing notes. */
export function withNote(xml: string, note: string): string {
	const text = note.replace(/[&<>"']/g, (letter) => entities[letter] as string);
	const open = /<Notes(\s[^>]*)?\/?>/.exec(xml);
	if (!open) return xml.replace(/<\/PathOfBuilding2?>\s*$/, (end) => `<Notes>\n${text}\n</Notes>\n${end}`);
	const { index } = open;
	const [tag] = open;
	if (tag.endsWith("/>"))
		return `${xml.slice(0, index)}<Notes>\n${text}\n</Notes>${xml.slice(index + tag.length)}`;
	const at = index + tag.length;
	return `${xml.slice(0, at)}\n${text}\n${xml.slice(at)}`;
}

/**
 * A build's XML with its level fixed as a number. If Path of Building derives the level from the points, it would show
 * a tree with more points at a higher level than the one the numbers were calculated for.
 */
export function withLevel(xml: string, level: number): string {
	return xml.replace(/<Build\b[^>]*>/, (tag) =>
		tag
			.replace(/\bcharacterLevelAutoMode="true"/, 'characterLevelAutoMode="false"')
			.replace(/\blevel="\d+"/, `level="${level}"`),
	);
}
