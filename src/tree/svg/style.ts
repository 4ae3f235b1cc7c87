/** The look of the picture: the game's dark background, gold for allocated nodes. */
export function style(fontSize: number): string {
	const size = (factor: number) => `${Math.round(fontSize * factor)}px`;
	return [
		// Not the shorthand `font`, which some SVG renderers do not understand.
		`text{font-size:${size(1)};font-family:system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:#d8d4c8}`,
		".page{fill:#0c0e12}",
		`.title{font-size:${size(1.6)};font-weight:600}`,
		".edge{fill:none;stroke:#5c5a54;stroke-width:14}",
		".edge.on{stroke:#e8c66a;stroke-width:30}",
		".node{fill:#34353a;stroke:#8a867b;stroke-width:9}",
		".notable,.keystone,.jewelSocket{fill:#45423a;stroke:#b3a785;stroke-width:13}",
		".attribute{fill:#202125;stroke:#6d6a63}",
		".classStart,.ascendancyStart{fill:#191b20;stroke:#a0957a;stroke-width:16}",
		".hot{stroke:#0c0e12;stroke-width:6}",
		".node.on{stroke:#e8c66a;stroke-width:20}",
		".node.on:not(.hot){fill:#8a6f2c}",
		".node.added{stroke:#7fe08a;stroke-width:20}",
		".node.added:not(.hot){fill:#2f7a3c}",
		".node.removed{stroke:#f0665c;stroke-width:20}",
		".node.removed:not(.hot){fill:#7a2a26}",
		".failed{fill:#0c0e12;stroke:#d8d4c8;stroke-width:10;stroke-dasharray:24 16}",
		".disc{fill:#12151b;stroke:#33353b;stroke-width:10}",
		".disc-name{text-anchor:middle;fill:#8f8b80}",
		".disc.on{stroke:#e8c66a}",
		".disc-name.on{fill:#e8c66a}",
		".start{font-weight:600}",
		// A dark outline keeps names readable over edges and nodes.
		`.name,.start,.disc-name{paint-order:stroke;stroke:#0c0e12;stroke-width:${size(0.3)};stroke-linejoin:round}`,
		".node:hover{stroke:#fff}",
	].join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeXml(text: string): string {
	return text.replace(/[&<>"]/g, (letter) => entities[letter] as string);
}
