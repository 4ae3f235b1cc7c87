// A child process of an isolated engine: one native engine with one thread, controlled by its parent.
import { addon, type NativeAllocatedNodes, type ThreadEngine, useBinary } from "../../native/addon.js";
import type { Answer, Request, StopRequest } from "./protocol.js";

/** How many milliseconds a state may take to respond to its interruption; 1 to 30 are usual. */
const patienceMs = 2000;

// The binary that the parent was told to load.
useBinary(process.argv[2]);

let engine: ThreadEngine | undefined;
let stopRows: (() => void) | undefined;
const bases = new Map<number, NativeAllocatedNodes>();

function send(answer: Answer): void {
	// Without a parent, nobody needs the response; `disconnect` ends this process.
	if (process.connected) process.send?.(answer);
}

// Limits on lines and characters on their way to the parent. Further lines are counted and dropped, as in the addon: a
// calculator that logs without end must not fill this process's memory.
const maxLines = 10_000;
const maxCharacters = 2 ** 24;
const waiting = { lines: 0, characters: 0 };
let droppedLines = 0;

function log(text: string): void {
	if (!process.connected) return;
	if (waiting.lines >= maxLines || waiting.characters + text.length > maxCharacters) {
		droppedLines++;
		return;
	}
	waiting.lines++;
	waiting.characters += text.length;
	process.send?.({ type: "log", text } satisfies Answer, () => {
		waiting.lines--;
		waiting.characters -= text.length;
		if (waiting.lines > 0 || droppedLines === 0) return;
		const dropped = droppedLines;
		droppedLines = 0;
		log(`${dropped} more lines were dropped`);
	});
}

function opened(): ThreadEngine {
	if (!engine) throw new Error("the child's engine is not open");
	return engine;
}

async function perform(request: Request): Promise<unknown> {
	const { AllocatedNodes, Engine, Tree } = addon();
	switch (request.type) {
		case "open":
			engine = new Engine(request.config, log);
			return engine.open(request.timeoutMs);
		case "load":
			return opened().load(request.build, request.source, request.timeoutMs);
		case "unload":
			bases.delete(request.build);
			return opened().unload(request.build);
		case "command":
			return opened().command(request.name, request.build, request.args);
		case "base": {
			const tree = request.tree && new Tree(request.tree.ids, request.tree.edges, request.tree.flags);
			bases.set(request.build, new AllocatedNodes(tree, request.words));
			return null;
		}
		case "rows": {
			const { build, kind, words, offsets, stats, rowTimeoutMs, timeoutMs, variants } = request.chunk;
			const base = bases.get(build);
			if (!base) throw new Error(`build ${build} is not loaded in this child`);
			const handle = opened().batch(
				build,
				base,
				kind,
				words,
				offsets,
				stats,
				rowTimeoutMs,
				timeoutMs,
				undefined,
				undefined,
				variants,
				undefined,
			);
			stopRows = handle.stop;
			return handle.promise;
		}
		case "takeCompiled":
			return opened().takeCompiled();
		case "collectGarbage":
			return opened().collectGarbage();
	}
}

process.on("message", (message: Request | StopRequest) => {
	if (message.type === "stop") {
		stopRows?.();
		return;
	}
	const { id, type } = message;
	perform(message).then(
		(value) => {
			const memory = engine?.memory()[0];
			if (type === "rows")
				send({ id, type, result: value as Extract<Answer, { type: "rows" }>["result"], memory });
			else send({ id, type: "answer", value, memory });
		},
		(error: Error & { code?: string; traceback?: string }) => {
			const { code = "LUA_ERROR", message, traceback = "" } = error;
			send({ id, type: "failure", code, message, traceback });
		},
	);
});

setInterval(() => {
	if (engine && engine.interruptingMs() > patienceMs) send({ type: "wedged" });
}, patienceMs / 8).unref();

// The parent is gone, for whatever reason. SIGKILL instead of exit: exit would wait for a state that hangs in a long C
// call, and there is nothing to clean up.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// Ctrl-C in a terminal reaches the whole process group: the parent decides what ends.
process.on("SIGINT", () => {});
