/** Why a file could not be used, in the words of the operating system: `no such file or directory`. */
export function reason(error: unknown): string {
	const { message } = error as NodeJS.ErrnoException;
	return /^E[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
