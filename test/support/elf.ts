/** What a 64-bit little-endian ELF file requires from other libraries. */
export interface ElfNeeds {
	/** File names of libraries. */
	readonly libraries: readonly string[];
	/** Versions of symbols: `GLIBC_2.17`, `GCC_3.0`. */
	readonly versions: readonly string[];
}

// Section types and tags of the ELF specification and its GNU extensions.
const SHT_DYNAMIC = 6;
const SHT_GNU_VERNEED = 0x6ffffffe;
const DT_NEEDED = 1n;

/** Reads DT_NEEDED and .gnu.version_r; undefined if the file is not such an ELF file. */
export function readElfNeeds(file: Buffer): ElfNeeds | undefined {
	if (file.toString("latin1", 0, 4) !== "\x7fELF" || file[4] !== 2 || file[5] !== 1) return undefined;
	const start = Number(file.readBigUInt64LE(0x28));
	const [size, count] = [file.readUInt16LE(0x3a), file.readUInt16LE(0x3c)];
	const sections = Array.from({ length: count }, (_, i) => {
		const at = start + i * size;
		return {
			type: file.readUInt32LE(at + 4),
			offset: Number(file.readBigUInt64LE(at + 0x18)),
			size: Number(file.readBigUInt64LE(at + 0x20)),
			link: file.readUInt32LE(at + 0x28),
			info: file.readUInt32LE(at + 0x2c),
		};
	});
	const text = (strings: number, offset: number) => {
		const from = (sections[strings]?.offset ?? 0) + offset;
		return file.toString("latin1", from, file.indexOf(0, from));
	};
	const libraries: string[] = [];
	const versions = new Set<string>();
	for (const section of sections) {
		if (section.type === SHT_DYNAMIC) {
			for (let at = section.offset; at < section.offset + section.size; at += 16) {
				if (file.readBigInt64LE(at) === DT_NEEDED)
					libraries.push(text(section.link, Number(file.readBigUInt64LE(at + 8))));
			}
		}
		if (section.type === SHT_GNU_VERNEED) {
			let at = section.offset;
			for (let i = 0; i < section.info; i++) {
				let entry = at + file.readUInt32LE(at + 8);
				for (let j = 0; j < file.readUInt16LE(at + 2); j++) {
					versions.add(text(section.link, file.readUInt32LE(entry + 8)));
					entry += file.readUInt32LE(entry + 12);
				}
				at += file.readUInt32LE(at + 12);
			}
		}
	}
	return { libraries, versions: [...versions] };
}
