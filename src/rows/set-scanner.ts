import type { SetKind } from "../native/addon.js";
import { MAX_NODE_ID } from "../tree/tree-data.js";
import { removedWord } from "./node-sets.js";

/** Maximum number of ids in a line that is read here. */
const capacity = 4096;
/** Digits of the largest id. */
const maxDigits = 5;

const [space, tab, carriageReturn, quote, comma, colon] = [0x20, 0x09, 0x0d, 0x22, 0x2c, 0x3a];
const [openList, closeList, openObject, closeObject, zero] = [0x5b, 0x5d, 0x7b, 0x7d, 0x30];
const letters = (name: string) => Uint8Array.from(name, (letter) => letter.charCodeAt(0));
const nodes = letters("nodes");
const add = letters("add");
const remove = letters("remove");

/**
 * Fast path for the most common lines, lists of ids and nothing else, parsed directly from bytes to words:
 * `{"nodes":[1,2]}`, `{"add":[1],"remove":[2]}`. `JSON.parse` takes longer than a fast calculator needs for a row.
 * Every other line, valid or not, is left to `readSetLine`, which gives the lines handled here the same meaning.
 */
export class SetScanner {
	readonly #words = new Uint32Array(capacity);
	#length = 0;
	#bytes: Uint8Array = new Uint8Array();
	#at = 0;
	#end = 0;

	/** The words of the last line read; valid until the next one is read. */
	get words(): Uint32Array {
		return this.#words.subarray(0, this.#length);
	}

	/** Scans the line from `from` to `to - 1`. Returns its kind, or undefined if it has any other form. */
	scan(bytes: Uint8Array, from: number, to: number): SetKind | undefined {
		this.#bytes = bytes;
		this.#at = from;
		this.#end = to;
		this.#length = 0;
		if (!this.#takes(openObject)) return undefined;
		const kind = this.#members();
		if (kind === undefined || !this.#takes(closeObject)) return undefined;
		this.#skipBlanks();
		return this.#at === to ? kind : undefined;
	}

	#members(): SetKind | undefined {
		if (this.#hasName(nodes)) return this.#ids(false) ? "full" : undefined;
		if (this.#hasName(add)) {
			if (!this.#ids(false)) return undefined;
			return !this.#takes(comma) || (this.#hasName(remove) && this.#ids(true)) ? "delta" : undefined;
		}
		if (!this.#hasName(remove) || !this.#ids(true)) return undefined;
		return !this.#takes(comma) || (this.#hasName(add) && this.#ids(false)) ? "delta" : undefined;
	}

	#skipBlanks(): void {
		for (; this.#at < this.#end; this.#at++) {
			const byte = this.#bytes[this.#at];
			if (byte !== space && byte !== tab && byte !== carriageReturn) return;
		}
	}

	/** Skips the given character, and blanks before it, if it comes next. */
	#takes(sign: number): boolean {
		this.#skipBlanks();
		if (this.#at >= this.#end || this.#bytes[this.#at] !== sign) return false;
		this.#at++;
		return true;
	}

	/** Skips `"name":` if it comes next; otherwise does not move. */
	#hasName(name: Uint8Array): boolean {
		this.#skipBlanks();
		const start = this.#at;
		const end = start + 1 + name.length;
		if (end >= this.#end || this.#bytes[start] !== quote || this.#bytes[end] !== quote) return false;
		for (let i = 0; i < name.length; i++) if (this.#bytes[start + 1 + i] !== name[i]) return false;
		this.#at = end + 1;
		if (this.#takes(colon)) return true;
		this.#at = start;
		return false;
	}

	/** Skips `[1,2]`. */
	#ids(areRemoved: boolean): boolean {
		if (!this.#takes(openList)) return false;
		if (this.#takes(closeList)) return true;
		const bytes = this.#bytes;
		const words = this.#words;
		// Local variables: these few lines process most of the bytes.
		const end = this.#end;
		let length = this.#length;
		let at = this.#at;
		for (;;) {
			while (at < end && bytes[at] === space) at++;
			const start = at;
			let id = 0;
			for (; at < end; at++) {
				const digit = (bytes[at] as number) ^ zero;
				if (digit > 9) break;
				id = (10 * id + digit) | 0;
			}
			const digits = at - start;
			// JSON does not allow leading zeros, as in 007.
			if (digits === 0 || digits > maxDigits || id > MAX_NODE_ID) return false;
			if (digits > 1 && bytes[start] === zero) return false;
			if (length === capacity) return false;
			words[length++] = areRemoved ? removedWord(id) : id;
			if (at < end && bytes[at] === comma) {
				at++;
				continue;
			}
			this.#at = at;
			if (this.#takes(comma)) {
				at = this.#at;
				continue;
			}
			this.#length = length;
			return this.#takes(closeList);
		}
	}
}
