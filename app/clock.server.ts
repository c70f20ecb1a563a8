import { StartError } from "./start-error"

/**
 * Before this was written. A machine whose clock was lost begins in 1970, and would take every link and session for
 * new.
 */
const EARLIEST = Date.UTC(2025, 0, 1)

/**
 * What the time of day was at the start, to which the process's own clock is added: no step of the system's clock
 * shows.
 */
const startedAt = Date.now() - performance.now()

/**
 * The time of day, by which everything ends: where the system's clock was set back meanwhile, as if it had not been.
 * So it lengthens no session past its end.
 *
 * What begins goes by this time, too, and not by {@link cautiousTime}: that stays behind for good where a clock that
 * was late at the start is set right, or the machine slept. What began by it would have ended already.
 */
export function currentTime(): Date {
	return new Date(Math.max(Date.now(), unsteppedTime()))
}

/** For what is removed for good: where the system's clock was set forward meanwhile, as if it had not been. */
export function cautiousTime(): Date {
	return new Date(Math.min(Date.now(), unsteppedTime()))
}

/** @throws {StartError} */
export function checkClock(): void {
	if (Date.now() < EARLIEST) throw new StartError("the system's clock is wrong: it says a year before 2025")
}

function unsteppedTime(): number {
	return startedAt + performance.now()
}
