// The pool's unit test, without Node: whole programs under ThreadSanitizer, and under AddressSanitizer with
// its leak detector, which have nothing to say about V8 this way. `npm run test:tsan` and `npm run test:asan`
// build and run it; arguments: the folder of batch_loop.lua, and how often (1).
#include "state/pool.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <new>

#include "batch/batch.hpp"

using namespace pobatch;
using namespace std::chrono_literals;

// The allocation of C++ on this thread at which it comes to zero is refused, that one alone; 0: none.
static thread_local int64_t refuseAtZero = 0;

void* operator new(size_t size) {
	void* const block = refuseAtZero != 0 && --refuseAtZero == 0 ? nullptr : std::malloc(size);
	if (block == nullptr) throw std::bad_alloc();
	return block;
}

void operator delete(void* block) noexcept {
	std::free(block);
}

void operator delete(void* block, size_t) noexcept {
	std::free(block);
}

namespace {

std::string loopSource;

void check(bool holds, const std::string& what) {
	if (holds) return;
	std::fprintf(stderr, "does not hold: %s\n", what.c_str());
	std::exit(1);
}

// Answers the first added id; 7 eats memory, 8 loops, 9 raises, 10 logs. A build named "bad" is refused,
// "raise" raises, "loop" loops. With `recover` a state proves itself clean.
std::string calculator(bool recovers) {
	return std::string(R"(
		local host = ...
		local function forever() while true do end end
		return {
			name = "unit", version = "1",
			open = function(options)
				if options == "raise" then error("no") elseif options == "loop" then forever() end
			end,
			load = function(text)
				if text == "bad" then return nil, "refused" elseif text == "raise" then error("no")
				elseif text == "loop" then forever() end
				return { offset = #text }, { allocated = { 1, 2, 3 }, nested = { { text } } }
			end,
			stats = function() return { "Node", "Count" } end,
			Calculate = function(build, set)
				local id = set.add[1] or 0
				if id == 7 then local list = {} while true do list[#list + 1] = {} end
				elseif id == 8 then pcall(forever)
				elseif id == 9 then error("on purpose " .. id)
				elseif id == 10 then host.log("ten") end
				return { Node = id + build.offset, Count = set.addCount - set.removeCount }
			end,
			commands = { echo = function(_, args) return args end, loop = forever },
			recover = )") +
	       (recovers ? "function() return true end }" : "nil }");
}

// What JavaScript's side of an engine does, in small.
struct Engine {
	std::shared_ptr<CalculatorConfig> config = std::make_shared<CalculatorConfig>();
	std::atomic<size_t> logged{0};
	Pool pool;

	explicit Engine(unsigned threads, bool recovers = false, int64_t failAllocation = 0) : pool(threads) {
		config->loopSource = loopSource;
		config->source = calculator(recovers);
		config->chunkName = "@unit.lua";
		config->log = [this](const std::string&) { ++logged; };
		if (failAllocation != 0)
			config->failAllocation = std::make_shared<std::atomic<int64_t>>(failAllocation);
	}

	std::shared_ptr<Task> task(bool everyWorker, std::function<PlainValue(Worker&)> body,
	                           std::chrono::milliseconds limit = 0ms) {
		auto task = std::make_shared<Task>(everyWorker, std::move(body));
		if (limit != 0ms) task->deadline = Clock::now() + limit;
		pool.submit(task);
		return task;
	}
	// The failure's code; empty: none.
	static std::string codeOf(Task& task) {
		task.wait();
		return task.failure() ? task.failure()->code : "";
	}
	std::shared_ptr<Task> opening(std::chrono::milliseconds limit = 0ms) {
		config->openTimeout = limit;
		return task(
		    true,
		    [config = config](Worker& worker) {
			    PlainValue identity;
			    worker.open(config, &identity);
			    return identity;
		    },
		    limit);
	}
	std::string open() { return codeOf(*opening()); }
	std::string load(uint32_t id, const std::string& text, std::chrono::milliseconds limit = 0ms) {
		auto source = std::make_shared<const PlainValue>(PlainValue{text});
		return codeOf(*task(
		    true, [=](Worker& worker) { return worker.load(id, source, limit); }, limit));
	}
};

// A batch with the memory that it works on.
struct Rows {
	std::vector<uint32_t> words, offsets{0};
	std::vector<double> results;
	std::vector<uint8_t> status;
	std::shared_ptr<Batch> batch;

	Rows(Engine& engine, uint32_t build, const std::vector<uint32_t>& ids,
	     std::chrono::milliseconds rowTimeout = 0ms)
	    : words(ids), results(ids.size() * 2), status(ids.size()) {
		for (uint32_t i = 1; i <= ids.size(); ++i) offsets.push_back(i);
		static const auto base =
		    std::make_shared<const AllocatedNodes>(std::vector<uint32_t>{1, 2, 3}, nullptr);
		batch = std::make_shared<Batch>(build, base, NodeSetView{SetKind::Delta, words, offsets},
		                                std::vector<std::string>{"Node", "Count"}, results.data(),
		                                status.data(), engine.pool.threads());
		batch->rowTimeout = rowTimeout;
		batch->onProgress = [](size_t) {};
	}

	size_t count(RowStatus wanted) const {
		size_t found = 0;
		for (const uint8_t one : status) found += one == static_cast<uint8_t>(wanted);
		return found;
	}
	// Every row that has numbers has the right ones.
	void checkNumbers(size_t offset) const {
		for (size_t row = 0; row < status.size(); ++row) {
			if (status[row] != static_cast<uint8_t>(RowStatus::Ok)) continue;
			check(results[2 * row] == static_cast<double>(words[row] + offset), "a row's own number");
			check(results[2 * row + 1] == 1, "a row's own count");
		}
	}
};

std::vector<uint32_t> ids(size_t count, const std::map<size_t, uint32_t>& faults = {}) {
	std::vector<uint32_t> list;
	for (uint32_t i = 0; i < count; ++i) {
		const auto fault = faults.find(i);
		list.push_back(fault == faults.end() ? 100 + i % 60000 : fault->second);
	}
	return list;
}

void answersEachRow() {
	Engine engine(3);
	check(engine.open().empty() && engine.load(1, "ab").empty() && engine.load(2, "abcd").empty(),
	      "it loads");
	Rows first(engine, 1, ids(20000)), second(engine, 2, ids(5000));
	engine.pool.submit(first.batch);
	engine.pool.submit(second.batch);
	for (int i = 0; i < 50; ++i) check(engine.pool.memory().size() == 3, "memory is told while rows run");
	first.batch->wait();
	second.batch->wait();
	check(first.count(RowStatus::Ok) == 20000 && second.count(RowStatus::Ok) == 5000,
	      "all rows are answered");
	first.checkNumbers(2);
	second.checkNumbers(4);
}

void evaluatesOnlyTheRowsThatAreAsked() {
	Engine engine(2);
	check(engine.open().empty() && engine.load(1, "ab").empty(), "it loads");
	// 9 raises an error.
	Rows rows(engine, 1, {100, 9, 101, 9, 100, 101});
	const AllocatedNodes base({1, 2, 3}, nullptr);
	const NodeSetView sets{SetKind::Delta, rows.words, rows.offsets};
	const auto canonical = std::make_shared<const CanonicalSets>(sets, base, VariantKeys{});
	check(canonical->firstEqual() == std::vector<uint32_t>{0, 1, 2, 1, 0, 2}, "equal rows are found");
	rows.batch->evaluateOnly({1, 2}, canonical);
	// What is calculated is what was made canonical, whatever the caller makes of the words meanwhile.
	const std::vector<uint32_t> given = rows.words;
	for (uint32_t& word : rows.words) word = 4242;
	engine.pool.submit(rows.batch);
	rows.batch->wait();
	const std::vector<RowStatus> expected{RowStatus::Pending, RowStatus::Failed,  RowStatus::Ok,
	                                      RowStatus::Failed,  RowStatus::Pending, RowStatus::Ok};
	for (size_t row = 0; row < expected.size(); ++row) {
		check(rows.status[row] == static_cast<uint8_t>(expected[row]), "each row's status");
		check((expected[row] == RowStatus::Ok) != std::isnan(rows.results[2 * row]), "numbers or none");
	}
	rows.words = given;
	rows.checkNumbers(2);
	const std::vector<RowError>& errors = rows.batch->errors();
	check(errors.size() == 2 && errors[0].row == 1 && errors[1].row == 3 && errors[0].text == errors[1].text,
	      "equal rows have one error");
}

void failsOnlyTheRowsThatFail(bool recovers) {
	Engine engine(2, recovers);
	engine.config->memoryLimit = 8u << 20;
	check(engine.open().empty() && engine.load(1, "").empty(), "it loads");
	Rows rows(engine, 1, ids(400, {{3, 9}, {50, 8}, {51, 9}, {120, 10}, {200, 7}, {201, 8}, {399, 9}}),
	          100ms);
	engine.pool.submit(rows.batch);
	rows.batch->wait();
	check(rows.count(RowStatus::Failed) == 3, "three rows raise");
	// On a slow machine a row's time may be up before it has eaten all memory.
	check(rows.count(RowStatus::Timeout) + rows.count(RowStatus::Memory) == 3, "two rows loop, one eats");
	check(rows.count(RowStatus::Ok) == 394, "the others are answered");
	check(rows.batch->errors().size() == 6 && engine.logged == 1, "each failure has its error");
	check(recovers || rows.batch->reloads() > 0, "a state in doubt is opened anew");
	rows.checkNumbers(0);
}

void stopsAtOnce() {
	Engine engine(2);
	check(engine.open().empty() && engine.load(1, "x").empty(), "it loads");
	for (const auto delay : {0us, 200us, 5000us}) {
		Rows rows(engine, 1, ids(3000, {{1000, 8}, {1001, 8}, {1002, 8}})), next(engine, 1, ids(100));
		engine.pool.submit(rows.batch);
		engine.pool.submit(next.batch);
		std::this_thread::sleep_for(delay);
		engine.pool.stop(rows.batch, Interrupt::Abort);
		rows.batch->wait();
		next.batch->wait();
		check(rows.batch->stopped() == Interrupt::Abort, "it is stopped");
		rows.checkNumbers(1);
		check(next.count(RowStatus::Ok) == 100, "the next batch is not hit");
		next.checkNumbers(1);
	}
	Rows late(engine, 1, ids(50, {{10, 8}}));
	late.batch->deadline = Clock::now() + 20ms;
	engine.pool.submit(late.batch);
	late.batch->wait();
	check(late.batch->stopped() == Interrupt::Timeout, "a batch's own limit");
}

void refusesWhatCannotBeOpenedOrLoaded() {
	Engine engine(2);
	check(engine.open().empty(), "it opens");
	check(engine.load(1, "raise") == "CALCULATOR_ERROR", "a load that raises");
	check(engine.load(2, "loop", 30ms) == "TIMEOUT", "a load without end");
	check(engine.load(3, "bad").empty() && engine.load(4, "good").empty(), "the next ones");
	auto command = engine.task(
	    false, [](Worker& worker) { return worker.calculator().command("loop", 4, {}); }, 30ms);
	check(Engine::codeOf(*command) == "TIMEOUT", "a command without end");
	auto echo = engine.task(false, [](Worker& worker) {
		return worker.calculator().command("echo", 4, {Array{{1.0}, {std::string("two")}, {true}}});
	});
	check(Engine::codeOf(*echo).empty(), "the next command");
	auto unload = engine.task(true, [](Worker& worker) {
		worker.unload(4);
		return PlainValue();
	});
	check(Engine::codeOf(*unload).empty(), "unload");
	for (const char* options : {"raise", "loop"}) {
		Engine closed(2);
		closed.config->options = {std::string(options)};
		check(!Engine::codeOf(*closed.opening(30ms)).empty(), "an open that fails");
		Rows rows(closed, 1, ids(10));
		closed.pool.submit(rows.batch);
		rows.batch->wait();
		check(rows.count(RowStatus::Ok) == 0, "nothing is answered without a calculator");
	}
}

void closesInTheMiddle() {
	for (const auto delay : {0us, 100us, 1000us, 20000us}) {
		Engine engine(2);
		engine.opening();
		engine.task(true, [](Worker& worker) {
			return worker.load(1, std::make_shared<const PlainValue>(PlainValue{std::string("x")}), 0ms);
		});
		Rows rows(engine, 1, ids(50000, {{300, 8}, {301, 9}})), waiting(engine, 1, ids(100));
		engine.pool.submit(rows.batch);
		engine.pool.submit(waiting.batch);
		std::thread other([&] { engine.pool.stop(waiting.batch, Interrupt::Abort); });
		std::this_thread::sleep_for(delay);
		engine.pool.close();
		other.join();
		rows.batch->wait();
		waiting.batch->wait();
		rows.checkNumbers(1);
	}
}

void manyCallersAtOnce() {
	Engine engine(2, true);
	check(engine.open().empty() && engine.load(1, "xy").empty(), "it loads");
	std::vector<std::thread> callers;
	for (int caller = 0; caller < 4; ++caller) {
		callers.emplace_back([&engine, caller] {
			for (int i = 0; i < 10; ++i) {
				Rows rows(engine, 1, ids(300, {{7, 9}}));
				engine.pool.submit(rows.batch);
				if ((i + caller) % 3 == 0) engine.pool.stop(rows.batch, Interrupt::Abort);
				engine.pool.memory();
				rows.batch->wait();
				rows.checkNumbers(2);
				if ((i + caller) % 3 != 0) check(rows.count(RowStatus::Ok) == 299, "each caller's own rows");
			}
		});
	}
	for (std::thread& caller : callers) caller.join();
}

void refusedAllocations() {
	for (int64_t n = 1; n <= 1200; n += 7) {
		Engine engine(1, n % 2 == 0, n);
		if (!engine.open().empty()) continue;
		if (!engine.load(1, "abc").empty() && !engine.load(1, "abc").empty())
			check(false, "the second load has its memory");
		Rows rows(engine, 1, ids(20, {{5, 9}})), again(engine, 1, ids(20));
		engine.pool.submit(rows.batch);
		rows.batch->wait();
		engine.pool.submit(again.batch);
		again.batch->wait();
		rows.checkNumbers(3);
		again.checkNumbers(3);
	}
}

// Sets what the first thread is refused from the end of this call on; answers what was left of the last
// count.
int64_t refuseNative(Engine& engine, int64_t allocation) {
	int64_t left = 0;
	auto task = engine.task(false, [&left, allocation](Worker&) {
		left = refuseAtZero;
		refuseAtZero = allocation;
		return PlainValue();
	});
	task->wait();
	return left;
}

void checkErrors(const Rows& rows) {
	size_t failed = 0;
	for (const uint8_t status : rows.status) failed += status != static_cast<uint8_t>(RowStatus::Ok);
	check(rows.batch->errors().size() == failed, "one error for each row that failed");
	for (const RowError& error : rows.batch->errors()) {
		check(error.text < rows.batch->texts().size(), "an error has its text");
		check(rows.status[error.row] == static_cast<uint8_t>(error.status), "an error has its row's status");
	}
}

constexpr uint32_t kNoNode = 1u << 30;

// A batch whose allocations fail in turn, one a round, until a round needs fewer.
void refusedNativeAllocationsOfABatch(bool recovers) {
	Engine engine(1, recovers);
	check(engine.open().empty() && engine.load(1, "abc").empty(), "it loads");
	size_t withoutMemory = 0;
	for (int64_t n = 1, left = 0; left == 0; ++n) {
		Rows rows(engine, 1, ids(60, {{5, 9}, {6, kNoNode}, {40, 9}})), again(engine, 1, ids(20));
		refuseNative(engine, n);
		engine.pool.submit(rows.batch);
		rows.batch->wait();
		left = refuseNative(engine, 0);
		engine.pool.submit(again.batch);
		again.batch->wait();
		check(rows.count(RowStatus::Pending) == 0, "no row is left out");
		if (left != 0) check(rows.count(RowStatus::Ok) == 57, "with all its memory it answers as always");
		withoutMemory += rows.count(RowStatus::Memory) > 0;
		rows.checkNumbers(3);
		checkErrors(rows);
		check(again.count(RowStatus::Ok) == 20, "the next batch is not hit");
		again.checkNumbers(3);
	}
	check(withoutMemory > 10, "rows fail for want of memory");
}

void refusedNativeAllocationsOfALoad() {
	Engine engine(1);
	check(engine.open().empty() && engine.load(1, "abc").empty(), "it loads");
	size_t refused = 0;
	for (int64_t n = 1, left = 0; left == 0; ++n) {
		refuseNative(engine, n);
		const std::string code = engine.load(2, "abcd");
		left = refuseNative(engine, 0);
		check(code.empty() || code == "MEMORY" || code == "STATE_LOST", "a load fails for want of memory");
		refused += code == "MEMORY";
		check(engine.load(2, "abcd").empty(), "the second load has its memory");
		Rows first(engine, 1, ids(20)), second(engine, 2, ids(20));
		engine.pool.submit(first.batch);
		engine.pool.submit(second.batch);
		first.batch->wait();
		second.batch->wait();
		check(first.count(RowStatus::Ok) == 20 && second.count(RowStatus::Ok) == 20, "both builds answer");
		first.checkNumbers(3);
		second.checkNumbers(4);
	}
	check(refused > 0, "loads fail for want of memory");
}

}  // namespace

int main(int count, char** arguments) {
	if (count < 2) return 2;
	std::ifstream file(std::string(arguments[1]) + "/batch_loop.lua", std::ios::binary);
	loopSource.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
	check(!loopSource.empty(), "batch_loop.lua is there");
	const std::pair<const char*, void (*)()> tests[] = {
	    {"answers each row", answersEachRow},
	    {"evaluates only the rows that are asked", evaluatesOnlyTheRowsThatAreAsked},
	    {"fails only the rows that fail", [] { failsOnlyTheRowsThatFail(false); }},
	    {"the same with a calculator that recovers", [] { failsOnlyTheRowsThatFail(true); }},
	    {"stops at once", stopsAtOnce},
	    {"refuses what cannot be opened or loaded", refusesWhatCannotBeOpenedOrLoaded},
	    {"closes in the middle", closesInTheMiddle},
	    {"many callers at once", manyCallersAtOnce},
	    {"refused allocations", refusedAllocations},
	    {"refused allocations of C++ in a batch", [] { refusedNativeAllocationsOfABatch(false); }},
	    {"the same with a calculator that recovers", [] { refusedNativeAllocationsOfABatch(true); }},
	    {"refused allocations of C++ in a load", refusedNativeAllocationsOfALoad}};
	const int rounds = count > 2 ? std::atoi(arguments[2]) : 1;
	for (int round = 0; round < rounds; ++round) {
		for (const auto& [name, body] : tests) {
			std::printf("%s\n", name);
			std::fflush(stdout);
			body();
		}
	}
	std::printf("the pool's unit test passed %d times\n", rounds);
	return 0;
}
