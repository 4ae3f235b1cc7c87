import { createHash } from "node:crypto";

/** One SHA-256, in hexadecimal, of a sequence of texts; the boundaries between them count. */
export function digest(...texts: readonly string[]): string {
	const hash = createHash("sha256");
	for (const text of texts) hash.update(`${text.length}:`).update(text);
	return hash.digest("hex");
}
