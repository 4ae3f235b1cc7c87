// A small line plot as SVG: one panel per build, one line per algorithm.
const panel = { width: 380, height: 240, left: 56, right: 14, top: 34, bottom: 40 };
const colours = ["#1b6ca8", "#c0392b", "#1e8449", "#7d3c98", "#b9770e"];

/**
 * @param panels [{ title, lines: [{ name, points: [[x, y], ...] }] }]; x is drawn as its logarithm
 * @returns the SVG's text
 */
export function linePlot(title, panels, columns = 3) {
	const rows = Math.ceil(panels.length / columns);
	const [width, height] = [panel.width * Math.min(columns, panels.length), panel.height * rows + 64];
	const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
	const legend = names.map(
		(name, i) =>
			`<path d="M${16 + 170 * i} 46h24" stroke="${colours[i % colours.length]}" stroke-width="3"/>` +
			`<text x="${46 + 170 * i}" y="50">${escaped(name)}</text>`,
	);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
		`<rect width="100%" height="100%" fill="#fff"/>`,
		`<text x="16" y="26" font-size="16" font-weight="600">${escaped(title)}</text>`,
		...legend,
		...panels.map((one, i) => {
			const [x, y] = [panel.width * (i % columns), 64 + panel.height * Math.floor(i / columns)];
			return `<g transform="translate(${x} ${y})">${drawn(one, names)}</g>`;
		}),
		"</svg>\n",
	].join("\n");
}

function drawn({ title, lines }, names) {
	const points = lines.flatMap((line) => line.points);
	const xs = points.map(([x]) => Math.log(x));
	const ys = points.map(([, y]) => y);
	const [left, right] = [Math.min(...xs), Math.max(...xs)];
	const [low, high] = [Math.min(...ys), Math.max(...ys)];
	const placeX = (x) =>
		panel.left + ((Math.log(x) - left) / (right - left || 1)) * (panel.width - panel.left - panel.right);
	const placeY = (y) =>
		panel.height - panel.bottom - ((y - low) / (high - low || 1)) * (panel.height - panel.top - panel.bottom);
	const ticks = [low, (low + high) / 2, high].map(
		(y) =>
			`<path d="M${panel.left} ${placeY(y)}H${panel.width - panel.right}" stroke="#ddd"/>` +
			`<text x="${panel.left - 6}" y="${placeY(y) + 4}" text-anchor="end">${y.toFixed(2)}</text>`,
	);
	const times = [...new Set(points.map(([x]) => x))].map(
		(x) =>
			`<text x="${placeX(x)}" y="${panel.height - panel.bottom + 18}" text-anchor="middle">${x} s</text>`,
	);
	const paths = lines.map(({ name, points: of }) => {
		const d = of.map(([x, y], i) => `${i === 0 ? "M" : "L"}${placeX(x).toFixed(1)} ${placeY(y).toFixed(1)}`);
		const colour = colours[names.indexOf(name) % colours.length];
		return `<path d="${d.join("")}" fill="none" stroke="${colour}" stroke-width="2"/>`;
	});
	return `<text x="${panel.left}" y="18" font-weight="600">${escaped(title)}</text>${ticks.join("")}${times.join("")}${paths.join("")}`;
}

function escaped(text) {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
