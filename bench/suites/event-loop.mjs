// How long batches hold up the event loop of the process that asks for them.
import { delays } from "./event-loop/delays.mjs";

export const parts = [delays];
