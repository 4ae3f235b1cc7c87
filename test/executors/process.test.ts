import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, NodeSets, PassiveTree } from "../../src/index.js";
import { calculatorWith } from "../support/calculators.js";
import { runChild } from "../support/child.js";
import { isWindows } from "../support/windows.js";

// 666 writes through a null pointer; 667 ends the process; 668 loops; the rest add up.
const deadly = calculatorWith({
	stats: 'function() return { "Sum", "Pid" } end',
	load: "function(text) return { text = text }, { allocated = {} } end",
	Calculate: `function(build, set)
		local ffi = require("ffi")
		local sum = #build.text
		for i = 1, set.addCount do
			local id = set.add[i]
			if id == 666 then ffi.cast("int *", 8)[0] = 1 end
			if id == 667 then os.exit(3) end
			if id == 668 then while true do end end
			if id == 669 then error("no") end
			sum = sum + id
		end
		return { Sum = sum, Pid = 0 }
	end`,
});

function children(): number[] {
	const text = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
	return text.split(" ").filter(Boolean).map(Number);
}

function residentMB(pid: number): number {
	return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

const open = (options = {}) =>
	Engine.open({ calculator: deadly, threads: 2, isolation: "process", sandbox: false, ...options });

describe("an engine over child processes", () => {
	it("loses no row to a crash, and names the row that crashes twice", async () => {
		await using engine = await open();
		const build = await engine.load("ab");
		const ids = Array.from({ length: 200 }, (_, i) => (i === 50 ? 666 : i === 120 ? 667 : 1000 + i));
		const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))), {
			stats: ["Sum"],
		});
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([
			[50, "CRASH"],
			[120, "CRASH"],
		]);
		expect(result.errors[0]?.message).toMatch(isWindows ? /0xC0000005/ : /SIGSEGV/);
		const sums = [...result.column("Sum")];
		ids.forEach((id, row) => {
			expect(sums[row]).toBe(id === 666 || id === 667 ? Number.NaN : id + 2);
		});
	});

	it("answers the same bits and errors as threads", async () => {
		const sets = NodeSets.deltas(
			Array.from({ length: 300 }, (_, i) => ({ add: [i % 7 === 3 ? 669 : i, i + 1] })),
		);
		const answers = await Promise.all(
			(["thread", "process"] as const).map(async (isolation) => {
				await using engine = await open({ isolation });
				const result = await (await engine.load("x")).calculateBatch(sets);
				return {
					values: result.values,
					errors: result.errors.map(({ row, code, message }) => [row, code, message]),
				};
			}),
		);
		expect(answers[1]).toEqual(answers[0]);
	});

	it("fails a row over its time limit without losing its process", async () => {
		await using engine = await open({ rowTimeoutMs: 100 });
		const build = await engine.load("");
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [1] }, { add: [668] }, { add: [2] }]));
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[1, "TIMEOUT"]]);
		expect([...result.column("Sum")]).toEqual([1, Number.NaN, 2]);
	});

	it("stops at an AbortSignal and keeps what was done", async () => {
		await using engine = await open();
		const build = await engine.load("");
		const controller = new AbortController();
		setTimeout(() => controller.abort(), 200);
		const sets = NodeSets.deltas([{ add: [1] }, ...Array.from({ length: 50 }, () => ({ add: [668] }))]);
		const result = await build.calculateBatch(sets, { signal: controller.signal });
		expect(result.stopped).toBe("ABORTED");
		expect(result.notReached).toBeGreaterThan(0);
	});

	it("reports a calculator's own errors as threads do", async () => {
		await expect(
			open({ calculator: calculatorWith({ open: 'function() error("not today") end' }) }),
		).rejects.toMatchObject({
			code: "CALCULATOR_ERROR",
			message: expect.stringContaining("not today"),
		});
		await using engine = await open({
			calculator: calculatorWith({ load: 'function(text) error("bad build " .. text, 0) end' }),
		});
		await expect(engine.load("B")).rejects.toMatchObject({ message: "bad build B" });
	});

	it("checks node ids against the tree", async () => {
		const tree = await PassiveTree.embedded();
		await using engine = await open({ tree });
		const build = await engine.load("");
		const unknown = [...Array(65536).keys()].find((id) => !tree.has(id)) as number;
		const result = await build.calculateBatch(NodeSets.deltas([{ add: [unknown] }]));
		expect(result.errors[0]?.code).toBe("UNKNOWN_NODE");
	});

	it("a build that ends its process at loading is refused, and the engine goes on", async () => {
		const calculator = calculatorWith({
			load: `function(text)
				if text == "deadly" then require("ffi").cast("int *", 8)[0] = 1 end
				return { text = text }, { allocated = {} }
			end`,
		});
		await using engine = await open({ calculator });
		const build = await engine.load("good");
		await expect(engine.load("deadly")).rejects.toMatchObject({ code: "CRASH" });
		expect(await build.calculate()).toEqual({ A: 1 });
		expect(await (await engine.load("another")).calculate()).toEqual({ A: 1 });
	});

	it("batches that need the same dead child at once share its replacement", async () => {
		await using engine = await open({ threads: 1 });
		const build = await engine.load("x");
		const sets = NodeSets.deltas([{ add: [1] }, { add: [666] }, { add: [2] }]);
		const results = await Promise.all([1, 2, 3].map(() => build.calculateBatch(sets, { stats: ["Sum"] })));
		for (const result of results) {
			expect([...result.column("Sum")]).toEqual([2, Number.NaN, 3]);
			expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[1, "CRASH"]]);
		}
	});

	it("a row that waits behind one that ends its process is not taken for it", async () => {
		await using engine = await open({ threads: 1 });
		const build = await engine.load("x");
		const alone = (id: number) => build.calculateBatch(NodeSets.deltas([{ add: [id] }]), { stats: ["Sum"] });
		const [deadly, ...others] = await Promise.all([666, 1, 2, 3, 4, 5, 6, 7, 8].map(alone));
		expect(deadly?.errors.map(({ row, code }) => [row, code])).toEqual([[0, "CRASH"]]);
		expect(others.map((result) => [...result.column("Sum")])).toEqual(
			[2, 3, 4, 5, 6, 7, 8, 9].map((n) => [n]),
		);
	});

	// Windows does not distinguish such an end from others.
	it.skipIf(isWindows)(
		"a row that was at work with many others when somebody killed its process survives a second kill (needs POSIX signals)",
		async () => {
			// The second row kills its process twice, by a signal from outside: once with the others, once alone.
			const counter = join(mkdtempSync(join(tmpdir(), "pobatch-kills-")), "count");
			const killed = calculatorWith({
				load: "function() return {}, { allocated = {} } end",
				Calculate: `function(_, set)
				local file = io.open(${JSON.stringify(counter)})
				local count = file and #file:read("*a") or 0
				if file then file:close() end
				if set.add[1] == 2 and count < 2 then
					file = io.open(${JSON.stringify(counter)}, "a")
					file:write("x")
					file:close()
					local ffi = require("ffi")
					ffi.cdef("int getpid(void); int kill(int, int);")
					ffi.C.kill(ffi.C.getpid(), 9)
				end
				return { A = set.add[1] }
			end`,
			});
			await using engine = await Engine.open({
				calculator: killed,
				threads: 1,
				isolation: "process",
				sandbox: false,
			});
			const build = await engine.load("x");
			const result = await build.calculateBatch(NodeSets.deltas([1, 2, 3, 4].map((id) => ({ add: [id] }))), {
				stats: ["A"],
			});
			expect(result.errors).toEqual([]);
			expect([...result.column("A")]).toEqual([1, 2, 3, 4]);
			expect(readFileSync(counter, "utf8")).toBe("xx");
		},
	);

	it("a batch that is stopped while another one's rows are at work stops only itself", async () => {
		await using engine = await open({ threads: 1 });
		const build = await engine.load("x");
		const controller = new AbortController();
		const looping = build.calculateBatch(NodeSets.deltas([{ add: [668] }]), { rowTimeoutMs: 1500 });
		const waiting = build.calculateBatch(NodeSets.deltas([{ add: [1] }]), { signal: controller.signal });
		const behind = build.calculateBatch(NodeSets.deltas([{ add: [2] }]), { stats: ["Sum"] });
		setTimeout(() => controller.abort(), 200);
		expect((await waiting).stopped).toBe("ABORTED");
		expect((await looping).errors.map(({ code }) => code)).toEqual(["TIMEOUT"]);
		expect([...(await behind).column("Sum")]).toEqual([3]);
	});

	it("a program's own flags are not its children's", async () => {
		const { code, stdout, stderr } = await runChild(`
			const engine = await pobatch.Engine.open({ isolation: "process", threads: 1 });
			await engine.close();
			console.log("closed");`);
		expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "closed\n", stderr: "" });
	});

	describe("a child that cannot open its state anew", () => {
		// Opens once a process, loads "" once a process; 9 raises and cannot be recovered from.
		const once = calculatorWith({
			open: `function(options)
				local ffi = require("ffi")
				ffi.cdef("int getpid(void); int _getpid(void);")
				local mark = options.mark .. (ffi.os == "Windows" and ffi.C._getpid() or ffi.C.getpid())
				local file = io.open(mark)
				if file then file:close() error("not again", 0) end
				io.open(mark, "w"):close()
			end`,
			load: `function(text)
				if text == "loop" then while true do end end
				return {}, { allocated = {} }
			end`,
			Calculate: `function(_, set)
				if set.add[1] == 9 then error("on purpose", 0) end
				return { A = set.add[1] }
			end`,
		});
		const openOnce = (threads: number) =>
			Engine.open({
				calculator: once,
				threads,
				isolation: "process",
				sandbox: false,
				options: { mark: `${once}.mark` },
			});

		it("is replaced, and only the row that was the cause fails", async () => {
			await using engine = await openOnce(2);
			const build = await engine.load("");
			const ids = Array.from({ length: 100 }, (_, i) => (i === 3 || i === 60 ? 9 : 100 + i));
			const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))));
			expect(result.errors.map(({ row, code, message }) => [row, code, message])).toEqual([
				[3, "CALCULATOR_ERROR", "on purpose"],
				[60, "CALCULATOR_ERROR", "on purpose"],
			]);
			expect([...result.column("A")]).toEqual(ids.map((id) => (id === 9 ? Number.NaN : id)));
		});

		it("is replaced when another call finds it so", async () => {
			await using engine = await openOnce(1);
			await expect(engine.load("loop", { timeoutMs: 100 })).rejects.toMatchObject({ code: "TIMEOUT" });
			const build = await engine.load("");
			expect(await build.calculate({ add: [5] })).toEqual({ A: 5 });
		});
	});

	it("a row that is one long C call ends its child when its time is up, and is named", async () => {
		const calculator = calculatorWith({
			Calculate: `function(_, set)
				if set.add[1] == 7 then ("a"):rep(60):find((".-"):rep(40) .. "b") end
				return { A = set.add[1] }
			end`,
		});
		await using engine = await Engine.open({
			calculator,
			threads: 1,
			isolation: "process",
			rowTimeoutMs: 100,
		});
		const build = await engine.load("");
		const result = await build.calculateBatch(NodeSets.deltas([1, 7, 2].map((id) => ({ add: [id] }))));
		expect(result.errors.map(({ row, code }) => [row, code])).toEqual([[1, "CRASH"]]);
		expect(result.errors[0]?.message).toMatch(/one long C call/);
		expect([...result.column("A")]).toEqual([1, Number.NaN, 2]);
	}, 60_000);

	it("an abort ends a batch in the middle of one long C call", async () => {
		const calculator = calculatorWith({
			Calculate: `function() ("a"):rep(60):find((".-"):rep(40) .. "b") return { A = 1 } end`,
		});
		await using engine = await Engine.open({ calculator, threads: 1, isolation: "process" });
		const build = await engine.load("");
		const result = await build.calculateBatch(NodeSets.deltas([{}]), { signal: AbortSignal.timeout(100) });
		expect([result.stopped, result.notReached]).toEqual(["ABORTED", 1]);
	}, 60_000);

	it("too many deaths end the replacing: rows that are done stay, the others say why", async () => {
		await using engine = await open();
		const build = await engine.load("");
		const ids = [...Array(50).keys(), ...Array(100).fill(666)];
		const result = await build.calculateBatch(NodeSets.deltas(ids.map((id) => ({ add: [id] }))), {
			stats: ["Sum"],
		});
		// A row in the same chunk as a deadly one may not have had its second try.
		const answered = ids.slice(0, 16);
		expect([...result.column("Sum")].slice(0, 16)).toEqual(answered);
		expect(result.errors.every(({ code }) => code === "CRASH")).toBe(true);
		expect(result.errors.at(-1)?.message).toMatch(
			/child processes ended within a minute; none is started any more/,
		);
		expect(result.notReached).toBe(0);
		await expect(engine.load("")).rejects.toMatchObject({ code: "CRASH" });
	}, 60_000);

	// AddressSanitizer keeps freed memory.
	it.skipIf(isWindows || !existsSync("/proc/self/status") || process.env.ASAN_OPTIONS !== undefined)(
		"logging without end fills neither process (needs /proc)",
		async () => {
			const calculator = calculatorWith({
				Calculate: `function()
					local line = ("x"):rep(1000)
					while true do print(line) end
				end`,
			});
			let lines = 0;
			const onLog = () => lines++;
			await using engine = await Engine.open({ calculator, threads: 1, isolation: "process", onLog });
			const build = await engine.load("");
			const before = children();
			const result = await build.calculateBatch(NodeSets.deltas([{}]), { signal: AbortSignal.timeout(3000) });
			expect(result.stopped).toBe("ABORTED");
			expect(lines).toBeGreaterThan(0);
			// Under 200 MB; 500 MB in the same time if all lines were kept for the parent.
			for (const pid of before) expect(residentMB(pid)).toBeLessThan(300);
		},
		60_000,
	);

	it("has no synchronous calls", async () => {
		await using engine = await open();
		const build = await engine.load("");
		expect(() => build.calculateSync({ add: [1] })).toThrow(/synchronously/);
	});

	it("hazard: an error on its way through the executor loses what to do", async () => {
		await using engine = await open();
		const build = await engine.load("");
		const hint = expect.stringMatching(/isolation: 'thread'/);
		expect(() => build.calculateSync({ add: [1] })).toThrow(expect.objectContaining({ hint }));
		await expect(engine.profile(() => {})).rejects.toMatchObject({ code: "PROFILE_UNAVAILABLE", hint });
	});
});
