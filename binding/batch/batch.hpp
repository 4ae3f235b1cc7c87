// A batch: many node sets of one build, divided into chunks that the pool's threads take as they become free.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "batch/canonical_sets.hpp"
#include "batch/node_set.hpp"
#include "state/calculator.hpp"
#include "state/job.hpp"
#include "state/pool.hpp"

namespace pobatch {

// Why a row has no numbers. `text` indexes the batch's distinct texts.
struct RowError {
	uint32_t row;
	RowStatus status;
	uint32_t text;
};

struct ErrorText {
	std::string message;
	std::string traceback;
};

// The variants of a batch, and the variant of each row: 0 is the build itself, n is the n-th variant.
struct BatchVariants {
	std::vector<Variant> list;
	std::vector<uint32_t> rows;
};

class Batch : public Job {
public:
	// `sets`, `results` (rows x stats) and `status` (rows, zeroed) must stay valid until the batch has
	// finished.
	Batch(uint32_t build, std::shared_ptr<const AllocatedNodes> base, NodeSetView sets,
	      std::vector<std::string> stats, double* results, uint8_t* status, unsigned threads);

	// Before submission: evaluates only these rows, from their canonical form. Rows that are equal to one of
	// them get the same answer; all other rows get none.
	void evaluateOnly(std::vector<uint32_t> rows, std::shared_ptr<const CanonicalSets> canonical);

	// Before submission, after `evaluateOnly`. The rows of a variant are evaluated together, because a state
	// has only one variant of a build at a time.
	void setVariants(BatchVariants variants);

	void run(Worker& worker) override;
	void complete() override;
	bool onEveryWorker() const override { return true; }

	// Set before submission. Called with the number of finished rows at most every 100 ms, on a worker's
	// thread.
	std::function<void(size_t)> onProgress;

	// After the batch has finished. `errors` is sorted by row; call it before `texts`.
	std::vector<RowError>& errors();
	const std::vector<ErrorText>& texts() const { return texts_; }
	// How often a state had to be reopened because a row left it in doubt.
	size_t reloads() const { return reloads_; }
	// Rows that the calculator answered from another row.
	size_t memoized() const { return memoized_; }

private:
	// A part of the list of evaluated rows.
	struct Range {
		size_t first, count;
	};
	bool isListed() const { return canonical_ || !variants_.rows.empty(); }
	size_t rowCount() const { return isListed() ? rows_.size() : sets_.rows(); }
	size_t rowAt(size_t i) const { return isListed() ? rows_[i] : i; }
	uint32_t variantAt(size_t i) const { return variants_.rows.empty() ? 0 : variants_.rows[rowAt(i)]; }
	struct Scratch {
		Canonicalizer canonicalizer;
		std::vector<uint32_t> words, ends, rows;
		std::vector<uint8_t> status;
		const Variant* variant = nullptr;  // of the chunk; null: the build itself
	};
	Range take();
	size_t variantChunk(size_t count) const;
	// False if the worker's state is no longer usable; the rows of the range have failed then.
	bool evaluate(Worker& worker, Scratch& scratch, Range range);
	// Runs the whole chunk, including failing rows and time limits. It stops early only if the batch was
	// stopped or, returning false, if the state could not be reopened.
	bool runChunk(Worker& worker, const Scratch& scratch);
	// Recovers a state in doubt before the next row. False if that failed; the remaining rows have then
	// failed, unless the batch was stopped.
	bool recover(Worker& worker, const Scratch& scratch);
	void collectFailures(Worker& worker, const Scratch& scratch);
	void addError(size_t row, RowStatus status, const std::string& message, const std::string& traceback);
	void failWithoutState(Range range);
	// For use when the process has no memory left: allocates nothing. `errors` adds the errors of these rows
	// later.
	void failWithoutMemory(Range range);
	void addLackingErrors();
	void answerEqualRows();
	void addErrorsOfEqualRows();
	// Fills rows without numbers with NaN.
	void fillMissing();
	void reportProgress(size_t rows);

	const uint32_t build_;
	const std::shared_ptr<const AllocatedNodes> base_;
	const NodeSetView sets_;
	const std::vector<std::string> stats_;
	double* const results_;
	uint8_t* const status_;
	const unsigned threads_;
	// The rows that are evaluated, in order. Unused if that is all rows in their own order.
	std::vector<uint32_t> rows_;
	BatchVariants variants_;
	std::shared_ptr<const CanonicalSets> canonical_;  // null: each row is brought into canonical form in turn

	std::mutex takeMutex_;
	size_t next_ = 0;
	double secondsPerRow_ = 0;  // of the last chunk that any thread finished; 0: none yet

	std::atomic<size_t> done_{0};
	std::atomic<size_t> reloads_{0};
	std::atomic<size_t> memoized_{0};
	std::atomic<unsigned> usableWorkers_;
	std::atomic<Clock::rep> nextReport_;

	std::mutex errorMutex_;
	std::vector<RowError> errors_;
	std::vector<ErrorText> texts_;
	std::unordered_map<std::string, uint32_t> textIndex_;
	size_t textBytes_ = 0;
	std::atomic<bool> lacksErrors_{false};
	bool errorsAreReady_ = false;
};

}  // namespace pobatch
