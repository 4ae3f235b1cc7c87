import { createHash } from "node:crypto";

/** SHA-256 of the parts, one after the other. */
export function checksum(...parts: readonly Uint8Array[]): Buffer {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest();
}

/** An array's bytes, not copied. */
export function bytesOf(array: ArrayBufferView): Buffer {
	return Buffer.from(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}
