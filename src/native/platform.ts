/** The oldest glibc on which the prebuilt Linux binaries load; a test reads it from the binary. */
export const GLIBC_FLOOR = "2.17";

/** This system's glibc, for example `2.36`; undefined elsewhere (musl, macOS, Windows). */
export function glibcVersion(): string | undefined {
	if (process.platform !== "linux") return undefined;
	const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
	return header.glibcVersionRuntime;
}

/** Which prebuilt binary this system needs: `linux-x64, glibc 2.36`. */
export function platformName(): string {
	const name = `${process.platform}-${process.arch}`;
	if (process.platform !== "linux") return name;
	const glibc = glibcVersion();
	return glibc === undefined ? `${name}, musl` : `${name}, glibc ${glibc}`;
}
