interface Waiting {
	readonly alone: boolean;
	readonly enter: () => void;
}

/**
 * Lets jobs run together, except those that must run alone: when a process dies, it must be known which job ended it.
 */
export class Gate {
	#inside = 0;
	#isTaken = false;
	readonly #waiting: Waiting[] = [];

	/** Waits, in the order of the calls, until the job may begin. @returns a function to call when the job has ended */
	async enter(alone: boolean): Promise<() => void> {
		if (this.#waiting.length > 0 || !this.#hasRoom(alone))
			await new Promise<void>((enter) => this.#waiting.push({ alone, enter }));
		else this.#take(alone);
		return () => {
			this.#inside--;
			this.#isTaken = false;
			for (let next = this.#waiting[0]; next && this.#hasRoom(next.alone); next = this.#waiting[0]) {
				this.#waiting.shift();
				this.#take(next.alone);
				next.enter();
			}
		};
	}

	#hasRoom(alone: boolean): boolean {
		return !this.#isTaken && (!alone || this.#inside === 0);
	}

	#take(alone: boolean): void {
		this.#inside++;
		this.#isTaken = alone;
	}
}
