import type { NativeBatchResult, NativeEngineConfig, NativeMemory, Plain } from "../../native/addon.js";
import type { TreeArrays } from "../../tree/passive-tree.js";
import type { RowsRequest } from "../batch-rows.js";

/**
 * Messages between an engine and its child processes, as structured clones (`serialization: "advanced"`). Each request
 * has one response with the same `id`. `stop`, `log` and `wedged` have none; `wedged` means that the state does not
 * respond to its interruption, so this process should be killed.
 */
export type Request =
	| { id: number; type: "open"; config: NativeEngineConfig; timeoutMs: number | undefined }
	| { id: number; type: "load"; build: number; source: Plain; timeoutMs: number | undefined }
	| { id: number; type: "unload"; build: number }
	| { id: number; type: "command"; name: string; build: number; args: Plain }
	| { id: number; type: "base"; build: number; tree: TreeArrays | null; words: Uint32Array }
	| { id: number; type: "rows"; chunk: RowsRequest }
	| { id: number; type: "takeCompiled" }
	| { id: number; type: "collectGarbage" };

/** Ends the running rows early; they are reported as stopped. */
export interface StopRequest {
	type: "stop";
}

export type Answer =
	| { id: number; type: "answer"; value: unknown; memory: NativeMemory | undefined }
	| { id: number; type: "rows"; result: NativeBatchResult; memory: NativeMemory | undefined }
	| { id: number; type: "failure"; code: string; message: string; traceback: string }
	| { type: "log"; text: string }
	| { type: "wedged" };
