import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { config } from "../auth.config"
import { log } from "../log.server"
import { type Refusal, refusal } from "./refusal"

/** To make a hash of a password. */
type MakingTask = { password: string }
/** To check a password against a hash, or against nobody's where it is null. */
type CheckingTask = { passwordHash: string | null; password: string }
export type HashTask = MakingTask | CheckingTask

type Job = {
	task: HashTask
	resolve: (result: string | boolean) => void
	reject: (reason: unknown) => void
}

/** Each thread has one task in work and one at hand, so that it never waits for this thread between two. */
const TASKS_PER_THREAD = 2
const RETRY_AFTER_SECONDS = 2

/**
 * argon2 in threads of its own, as many as there are processors: in libuv's pool, which is what the library's own
 * asynchronous calls use, it would hold up file access and DNS. What waits is bounded (OWASP ASVS 5, V15.2.2).
 *
 * @param signal when aborted, the task gives its place in the queue up; one that a thread has already is finished
 * @returns the hash (a PHC string), or whether the password is right; the refusal `overloaded` when too many wait
 * @throws the signal's reason
 */
export function hashing(task: CheckingTask, signal?: AbortSignal): Promise<boolean | Refusal>
export function hashing(task: MakingTask, signal?: AbortSignal): Promise<string | Refusal>
export async function hashing(task: HashTask, signal?: AbortSignal): Promise<string | boolean | Refusal> {
	signal?.throwIfAborted()
	if (waiting.length >= config.password.maxWaitingHashes)
		return refusal("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS })
	return new Promise((resolve, reject) => {
		const job = { task, resolve, reject }
		waiting.push(job)
		signal?.addEventListener("abort", () => leaveQueue(job, signal.reason), { once: true })
		handOut()
	})
}

/** Ends the threads; the next task starts new ones. */
export async function stopHashing(): Promise<void> {
	await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()))
}

const waiting: Job[] = []
const threads: ReturnType<typeof startThread>[] = []

function leaveQueue(job: Job, reason: unknown): void {
	const place = waiting.indexOf(job)
	if (place < 0) return
	waiting.splice(place, 1)
	job.reject(reason)
}

function handOut(): void {
	while (threads.length < availableParallelism()) threads.push(startThread())
	for (let job = waiting[0]; job; job = waiting[0]) {
		const [thread] = threads.toSorted((a, b) => a.jobs.length - b.jobs.length)
		if (!thread || thread.jobs.length >= TASKS_PER_THREAD) return
		waiting.shift()
		thread.jobs.push(job)
		// Only a thread with something to do keeps the process from ending.
		thread.worker.ref()
		thread.worker.postMessage(job.task)
	}
}

function startThread() {
	const worker = new Worker(new URL("./hashing.worker.js", import.meta.url))
	/** In the order in which the thread answers. */
	const jobs: Job[] = []
	const thread = { worker, jobs }
	let failure: unknown = new Error("The thread was stopped")
	worker.unref()
	worker.on("message", (result: string | boolean) => {
		jobs.shift()?.resolve(result)
		if (jobs.length === 0) worker.unref()
		handOut()
	})
	worker.on("error", (error) => {
		failure = error
		log.error({ event: "hashing.failed", err: error }, "A thread for hashing failed; another takes its place")
	})
	worker.on("exit", () => {
		const place = threads.indexOf(thread)
		if (place >= 0) threads.splice(place, 1)
		for (const { reject } of jobs.splice(0)) reject(failure)
		if (waiting.length > 0) handOut()
	})
	return thread
}
