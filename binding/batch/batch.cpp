#include "batch/batch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <numeric>

namespace pobatch {

namespace {

// Long enough that the cost of calling into Lua does not matter; short enough that threads finish at about
// the same time and that an abort between chunks is quick.
constexpr double kChunkSeconds = 0.002;
constexpr size_t kFirstChunk = 16;
constexpr size_t kMaxChunk = 4096;
// Changing to another variant costs about as much as several rows. This many rows of one variant stay
// together while there is a variant for each thread; with fewer variants, at least the smaller number do.
constexpr size_t kVariantRows = 32;
constexpr size_t kFewVariantRows = 4;
constexpr auto kReportInterval = std::chrono::milliseconds(100);
// Useful messages are shorter than this. The distinct texts of a batch are outside the states' memory limit.
constexpr size_t kMaxText = size_t{16} << 10;
constexpr size_t kMaxTexts = size_t{64} << 20;

std::string shortened(const std::string& text) {
	if (text.size() <= kMaxText) return text;
	return text.substr(0, kMaxText) + "...";
}

}  // namespace

Batch::Batch(uint32_t build, std::shared_ptr<const AllocatedNodes> base, NodeSetView sets,
             std::vector<std::string> stats, double* results, uint8_t* status, unsigned threads)
    : build_(build),
      base_(std::move(base)),
      sets_(sets),
      stats_(std::move(stats)),
      results_(results),
      status_(status),
      threads_(threads),
      usableWorkers_(threads),
      nextReport_((Clock::now() + kReportInterval).time_since_epoch().count()) {}

void Batch::evaluateOnly(std::vector<uint32_t> rows, std::shared_ptr<const CanonicalSets> canonical) {
	rows_ = std::move(rows);
	canonical_ = std::move(canonical);
}

void Batch::setVariants(BatchVariants variants) {
	const bool isPart = canonical_ != nullptr;
	variants_ = std::move(variants);
	if (!isPart) {
		rows_.resize(sets_.rows());
		std::iota(rows_.begin(), rows_.end(), 0);
	}
	std::stable_sort(rows_.begin(), rows_.end(),
	                 [this](uint32_t a, uint32_t b) { return variants_.rows[a] < variants_.rows[b]; });
}

// How many rows of the variant at `next_` make a chunk, if a chunk of a single build has `count` rows.
size_t Batch::variantChunk(size_t count) const {
	const uint32_t variant = variantAt(next_);
	size_t end = next_ + 1;
	while (end < rowCount() && end < next_ + kMaxChunk && variantAt(end) == variant) ++end;
	const bool areMany = variants_.list.size() >= threads_;
	return std::min(end - next_, std::max(count, areMany ? kVariantRows : kFewVariantRows));
}

Batch::Range Batch::take() {
	std::lock_guard lock(takeMutex_);
	const size_t left = rowCount() - next_;
	size_t count = kFirstChunk;
	if (secondsPerRow_ > 0)
		count = static_cast<size_t>(std::min(kChunkSeconds / secondsPerRow_, static_cast<double>(kMaxChunk)));
	// The last chunks get smaller, so that no thread waits long for another one.
	count = std::min(count, threads_ == 1 ? left : left / (2 * threads_));
	count = std::min(std::max<size_t>(count, 1), left);
	if (!variants_.rows.empty() && left > 0) count = variantChunk(count);
	const Range range{next_, count};
	next_ += count;
	return range;
}

void Batch::run(Worker& worker) {
	Scratch scratch;
	bool usable = worker.isOpen();
	while (usable && stopped() == Interrupt::None) {
		const Range range = take();
		if (range.count == 0) return;
		const auto start = Clock::now();
		try {
			usable = evaluate(worker, scratch, range);
		} catch (const std::bad_alloc&) {
			scratch = {};
			worker.takeInterrupt();
			worker.markDirty(build_);
			failWithoutMemory(range);
		}
		const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
		{
			std::lock_guard lock(takeMutex_);
			secondsPerRow_ = std::max(seconds / static_cast<double>(range.count), 1e-9);
		}
		reportProgress(range.count);
	}
	// The other threads take the remaining rows. The last usable thread has no one to leave them to.
	if (usable || --usableWorkers_ != 0) return;
	for (Range range = take(); range.count != 0 && stopped() == Interrupt::None; range = take())
		failWithoutState(range);
}

void Batch::failWithoutState(Range range) {
	try {
		for (size_t i = range.first; i < range.first + range.count; ++i)
			addError(rowAt(i), RowStatus::NoState, "no thread's state could be opened anew", "");
	} catch (const std::bad_alloc&) {
		failWithoutMemory(range);
	}
}

void Batch::failWithoutMemory(Range range) {
	for (size_t i = range.first; i < range.first + range.count; ++i) {
		uint8_t& status = status_[rowAt(i)];
		if (status == static_cast<uint8_t>(RowStatus::Pending))
			status = static_cast<uint8_t>(RowStatus::Memory);
	}
	lacksErrors_ = true;
}

bool Batch::evaluate(Worker& worker, Scratch& scratch, Range range) {
	worker.beginChunk();
	scratch.words.clear();
	scratch.ends.clear();
	scratch.rows.clear();
	for (size_t i = range.first; i < range.first + range.count; ++i) {
		const size_t row = rowAt(i);
		const auto checked =
		    canonical_ ? canonical_->append(row, scratch.words, scratch.ends)
		               : scratch.canonicalizer.append(sets_, row, *base_, scratch.words, scratch.ends);
		if (checked.error == SetError::None) {
			scratch.rows.push_back(static_cast<uint32_t>(row));
		} else {
			const RowStatus status =
			    checked.error == SetError::UnknownNode ? RowStatus::UnknownNode : RowStatus::InvalidSet;
			addError(row, status, checked.message, "");
		}
	}
	const size_t count = scratch.rows.size();
	if (count == 0) return true;
	const uint32_t variant = variantAt(range.first);
	scratch.variant = variant == 0 ? nullptr : &variants_.list[variant - 1];
	scratch.status.assign(count, static_cast<uint8_t>(RowStatus::Pending));
	worker.beginChunk();
	worker.calculator().beginChunk({.words = scratch.words.data(),
	                                .ends = scratch.ends.data(),
	                                .rows = scratch.rows.data(),
	                                .results = results_,
	                                .status = scratch.status.data(),
	                                .count = static_cast<uint32_t>(count)});
	const bool usable = runChunk(worker, scratch);
	memoized_ += worker.calculator().chunk().memoized;
	collectFailures(worker, scratch);
	for (size_t i = 0; i < count; ++i)
		if (scratch.status[i] == static_cast<uint8_t>(RowStatus::Ok))
			status_[scratch.rows[i]] = scratch.status[i];
	return usable;
}

bool Batch::runChunk(Worker& worker, const Scratch& scratch) {
	const auto failRow = [&](RowStatus status, const std::string& message, const std::string& traceback) {
		Chunk& chunk = worker.calculator().chunk();
		chunk.status[chunk.next] = static_cast<uint8_t>(status);
		addError(chunk.rows[chunk.next], status, message, traceback);
		worker.calculator().skipRow();
	};
	while (stopped() == Interrupt::None) {
		if (worker.isDirty() && !recover(worker, scratch)) return stopped() != Interrupt::None;
		Calculator& calculator = worker.calculator();
		Chunk& chunk = calculator.chunk();
		if (chunk.next >= chunk.count) break;
		try {
			calculator.run(build_, stats_, scratch.variant);
			if (chunk.dirty != 0) worker.markDirty(build_);
		} catch (const Interrupted& interrupted) {
			worker.takeInterrupt();
			worker.markDirty(build_);
			// A row that failed, and whose `recover` then took too long, has its error already.
			collectFailures(worker, scratch);
			// If a row ended just when its time was up, the interruption hits the next row, which is not to
			// blame and runs again.
			if (stopped() == Interrupt::None && interrupted.reason == Interrupt::Timeout &&
			    worker.timedOut(chunk.next))
				failRow(RowStatus::Timeout,
				        "the row took longer than " + std::to_string(rowTimeout.count()) + " ms", "");
		} catch (const LuaFailure& failure) {
			// An error of the loop itself, not of the calculator, for example out of memory between two rows.
			worker.markDirty(build_);
			failRow(isShortage(failure) ? RowStatus::Memory : RowStatus::Failed, failure.what(),
			        failure.traceback);
			calculator.state().collectGarbage();
		}
	}
	worker.takeInterrupt();
	return true;
}

bool Batch::recover(Worker& worker, const Scratch& scratch) {
	// A new state would no longer have them.
	collectFailures(worker, scratch);
	const uint32_t next = worker.calculator().nextRow();
	try {
		if (worker.recover()) ++reloads_;
		worker.calculator().chunk().dirty = 0;
		return true;
	} catch (const Interrupted&) {
		// Only the end of the whole batch interrupts this.
		worker.takeInterrupt();
		return false;
	} catch (const std::exception& error) {
		const std::string message = kStateLost + std::string(error.what());
		const RowStatus status = isShortage(error) ? RowStatus::Memory : RowStatus::NoState;
		for (size_t i = next; i < scratch.rows.size(); ++i) addError(scratch.rows[i], status, message, "");
		return false;
	}
}

void Batch::collectFailures(Worker& worker, const Scratch& scratch) {
	if (worker.calculator().chunk().failed == 0) return;
	worker.shielded([&] {
		try {
			for (const RowFailure& failure : worker.calculator().takeFailures())
				addError(scratch.rows[failure.row], failure.status, failure.message, failure.traceback);
		} catch (const std::exception& error) {
			// The rows have failed anyway; only their own messages are lost.
			for (size_t i = 0; i < scratch.rows.size(); ++i) {
				const auto status = static_cast<RowStatus>(scratch.status[i]);
				if (status != RowStatus::Ok && status != RowStatus::Pending)
					addError(scratch.rows[i], status, error.what(), "");
			}
		}
	});
}

void Batch::addError(size_t row, RowStatus status, const std::string& message, const std::string& traceback) {
	// A row whose time was up just after it failed has its error already.
	if (status_[row] != static_cast<uint8_t>(RowStatus::Pending)) return;
	ErrorText text{shortened(message), shortened(traceback)};
	std::lock_guard lock(errorMutex_);
	if (textBytes_ > kMaxTexts) text = {"the row failed; the messages of this batch fill 64 MB already", ""};
	std::string key = text.message + '\n' + text.traceback;
	auto entry = textIndex_.find(key);
	if (entry == textIndex_.end()) {
		// In this order, because each step may run out of memory and every index must have its text.
		texts_.push_back(std::move(text));
		entry = textIndex_.emplace(std::move(key), static_cast<uint32_t>(texts_.size() - 1)).first;
		textBytes_ += entry->first.size();
	}
	errors_.push_back({static_cast<uint32_t>(row), status, entry->second});
	status_[row] = static_cast<uint8_t>(status);
}

void Batch::reportProgress(size_t rows) {
	const size_t done = done_ += rows;
	if (!onProgress) return;
	const auto now = Clock::now();
	auto due = nextReport_.load();
	if (now.time_since_epoch().count() < due) return;
	if (!nextReport_.compare_exchange_strong(due, (now + kReportInterval).time_since_epoch().count())) return;
	try {
		onProgress(done);
	} catch (const std::bad_alloc&) {
		// The next report includes these rows.
	}
}

void Batch::addLackingErrors() {
	std::vector<bool> has(sets_.rows());
	for (const RowError& error : errors_) has[error.row] = true;
	texts_.push_back({"the process had no memory left for this row", ""});
	const auto text = static_cast<uint32_t>(texts_.size() - 1);
	for (size_t row = 0; row < sets_.rows(); ++row)
		if (!has[row] && status_[row] == static_cast<uint8_t>(RowStatus::Memory))
			errors_.push_back({static_cast<uint32_t>(row), RowStatus::Memory, text});
}

void Batch::answerEqualRows() {
	const std::vector<uint32_t>& first = canonical_->firstEqual();
	const size_t width = stats_.size();
	for (size_t row = 0; row < first.size(); ++row) {
		if (first[row] == row) continue;
		status_[row] = status_[first[row]];
		if (status_[row] == static_cast<uint8_t>(RowStatus::Ok))
			std::copy_n(results_ + first[row] * width, width, results_ + row * width);
	}
}

void Batch::addErrorsOfEqualRows() {
	const std::vector<uint32_t>& first = canonical_->firstEqual();
	std::unordered_map<uint32_t, RowError> failed;
	for (const RowError& error : errors_) failed.emplace(error.row, error);
	std::vector<RowError> equal;
	for (uint32_t row = 0; row < first.size(); ++row) {
		if (first[row] == row || failed.contains(row)) continue;
		const auto found = failed.find(first[row]);
		if (found != failed.end()) equal.push_back({row, found->second.status, found->second.text});
	}
	errors_.insert(errors_.end(), equal.begin(), equal.end());
}

void Batch::complete() {
	if (canonical_) answerEqualRows();
	fillMissing();
	try {
		errors();
	} catch (const std::bad_alloc&) {
		// The caller that asks for the errors tries again.
	}
}

std::vector<RowError>& Batch::errors() {
	if (lacksErrors_) addLackingErrors();
	lacksErrors_ = false;
	if (!errorsAreReady_) {
		if (canonical_ && !errors_.empty()) addErrorsOfEqualRows();
		std::sort(errors_.begin(), errors_.end(),
		          [](const RowError& a, const RowError& b) { return a.row < b.row; });
		errorsAreReady_ = true;
	}
	return errors_;
}

void Batch::fillMissing() {
	for (size_t row = 0; row < sets_.rows(); ++row) {
		if (status_[row] == static_cast<uint8_t>(RowStatus::Ok)) continue;
		std::fill_n(results_ + row * stats_.size(), stats_.size(), std::numeric_limits<double>::quiet_NaN());
	}
}

}  // namespace pobatch
