import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { config } from "../../auth.config"
import { log } from "../../log.server"
import { type Refusal, refusal } from "../refusal"

export type HashTask =
	| { kind: "make"; password: string }
	| { kind: "check"; passwordHash: string | null; password: string }

type Job = {
	task: HashTask
	resolve: (result: never) => void
	reject: (reason: unknown) => void
}

/** Each has one task in work and one at hand, so that it never waits for the main thread between two. */
const TASKS_PER_THREAD = 2
const THREADS = availableParallelism()
const RETRY_AFTER_SECONDS = 2

/**
 * argon2 in threads of its own, as many as there are processors: in libuv's pool, which is what the library's own
 * asynchronous calls use, it would hold up file access and DNS. What waits is bounded (OWASP ASVS 5, V15.2.2).
 *
 * @param signal when aborted, the task gives its place in the queue up; one that a thread has already is finished
 * @returns a PHC string; the refusal `overloaded` when too many wait
 * @throws the signal's reason
 */
export async function hashPassword(
	password: string,
	signal?: AbortSignal,
): Promise<{ ok: true; passwordHash: string } | Refusal<"overloaded">> {
	const task = { kind: "make", password: password.normalize("NFC") } as const
	const done = enqueue<string>(task, signal)
	return done ? { ok: true, passwordHash: await done } : overloaded()
}

/**
 * Costs one hash, whatever it is given: `null` stands for an account that does not exist. The rest is as with
 * {@link hashPassword}.
 *
 * @returns whether it is the password
 */
export async function verifyPassword(
	passwordHash: string | null,
	password: string,
	signal?: AbortSignal,
): Promise<{ ok: true; right: boolean } | Refusal<"overloaded">> {
	const task = { kind: "check", passwordHash, password: password.normalize("NFC") } as const
	const done = enqueue<boolean>(task, signal)
	return done ? { ok: true, right: await done } : overloaded()
}

/** Ends the threads, and what waits for them; the next task starts new ones. */
export async function stopHashing(): Promise<void> {
	for (const { reject } of waiting.splice(0)) reject(new Error("Hashing was stopped"))
	await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()))
}

const waiting: Job[] = []
const threads: ReturnType<typeof startThread>[] = []

function overloaded(): Refusal<"overloaded"> {
	return refusal("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS })
}

/** @returns null when too many wait already */
function enqueue<Result>(task: HashTask, signal?: AbortSignal): Promise<Result> | null {
	signal?.throwIfAborted()
	if (waiting.length >= config.password.maxWaitingHashes) return null
	let leave = () => {}
	const done = new Promise<Result>((resolve, reject) => {
		const job = { task, resolve, reject }
		leave = () => leaveQueue(job, signal?.reason)
		waiting.push(job)
	})
	signal?.addEventListener("abort", leave)
	handOut()
	return done.finally(() => signal?.removeEventListener("abort", leave))
}

function leaveQueue(job: Job, reason: unknown): void {
	const place = waiting.indexOf(job)
	if (place < 0) return
	waiting.splice(place, 1)
	job.reject(reason)
}

function handOut(): void {
	while (threads.length < THREADS) threads.push(startThread())
	for (let job = waiting[0]; job; job = waiting[0]) {
		const thread = findThread()
		if (!thread) return
		waiting.shift()
		thread.jobs.push(job)
		// Only a thread with something to do keeps the process from ending.
		thread.worker.ref()
		thread.worker.postMessage(job.task)
	}
}

/** An idle one first. */
function findThread() {
	const withFewerThan = (count: number) => threads.find(({ jobs }) => jobs.length < count)
	return withFewerThan(1) ?? withFewerThan(TASKS_PER_THREAD)
}

function startThread() {
	const worker = new Worker(new URL("./hashing.worker.js", import.meta.url))
	/** In the order in which the thread answers. */
	const jobs: Job[] = []
	const thread = { worker, jobs }
	let failure: unknown = new Error("Hashing was stopped")
	worker.on("message", (result) => {
		jobs.shift()?.resolve(result as never)
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
	// Last, as listening for messages holds the process too.
	worker.unref()
	return thread
}
