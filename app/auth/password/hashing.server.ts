import { availableParallelism } from "node:os"
import { MessageChannel, Worker } from "node:worker_threads"
import { config } from "../../auth.config"
import { FairQueue } from "../../fair-queue"
import { LatestNetworks } from "../../latest-networks"
import { log } from "../../log.server"
import { gauge } from "../../metrics.server"
import { HOME, networkOf, siteOf } from "../../network"
import type { Caller } from "../caller"
import { type Refusal, refusal } from "../refusal"
import type { Checked } from "./stored-hash.js"

export type HashTask =
	| { kind: "make"; password: string }
	| { kind: "check"; passwordHash: string | null; password: string }

type Job = {
	task: HashTask
	site: string
	resolve: (result: never) => void
	reject: (reason: unknown) => void
}

/**
 * Each has one task under way and one at hand, so that it never waits for the main thread between two. An urgent one
 * comes on top.
 */
const TASKS_PER_THREAD = 2
const THREADS = availableParallelism()
/** After somebody else's task, a site leaves a thread free for this long. */
const THREAD_KEPT_FREE_MS = 2_000
const RETRY_AFTER_SECONDS = 2
/** What a hash takes is measured all the time: over so many, and this before the first. */
const MEASURED_HASHES = 16
const FIRST_GUESS_MS = 20

/** Who a hash is made for. Networks take turns, and a client that goes away gives up its place in the queue. */
type Waiting = Pick<Caller, "address" | "signal">
/** At the start, and by hand. */
const OURSELVES: Waiting = { address: "ourselves" }

/**
 * argon2 in threads of its own, as many as there are processors: in libuv's pool, which is what the library's own
 * asynchronous calls use, it would hold up file access and DNS. What waits is bounded, by time (OWASP ASVS 5, V15.2.2).
 *
 * @param caller when its signal is aborted, the task gives its place up; one that a thread has already is finished
 * @returns a PHC string; the refusal `overloaded` when it would wait for too long
 * @throws the signal's reason
 */
export async function hashPassword(
	password: string,
	caller: Waiting = OURSELVES,
): Promise<{ ok: true; passwordHash: string } | Refusal<"overloaded">> {
	const task = { kind: "make", password } as const
	const done = enqueue<string>(task, caller)
	return done ? { ok: true, passwordHash: await done } : overloaded()
}

/**
 * Costs one hash, whatever it is given: `null` stands for an account that does not exist. The rest is as with
 * {@link hashPassword}.
 *
 * @returns whether it is the password, and whether what is stored should be made anew, or cannot be used at all
 */
export async function verifyPassword(
	passwordHash: string | null,
	password: string,
	caller: Waiting = OURSELVES,
): Promise<({ ok: true } & Checked) | Refusal<"overloaded">> {
	const task = { kind: "check", passwordHash, password } as const
	const done = enqueue<Checked>(task, caller)
	return done ? { ok: true, ...(await done) } : overloaded()
}

/** Whether a task for this client would be refused as `overloaded`. */
export function wouldWaitTooLong(address: string): boolean {
	return !waiting.mayAdd(networkOf(address, HOME))
}

/** Ends the threads, and what waits for them; the next task starts new ones. */
export async function stopHashing(): Promise<void> {
	for (const { reject } of waiting.takeAll()) reject(new Error("Hashing was stopped"))
	await Promise.all(threads.splice(0).map(({ worker }) => worker.terminate()))
}

let millisecondsPerHash = FIRST_GUESS_MS
/** How many are done in the time that one may wait. */
const mostBefore = () =>
	Math.max(1, (config.password.maxHashWaitSeconds * 1000 * THREADS) / millisecondsPerHash)
const waiting = new FairQueue<Job>(mostBefore, siteOf)
const threads: ReturnType<typeof startThread>[] = []
/** Whose tasks came last. */
const latest = new LatestNetworks()

/** What a thread has at hand waits, too. */
const running = () => threads.filter(({ jobs }) => jobs.size > 0).length
const atHand = () => threads.reduce((count, { jobs }) => count + Math.max(0, jobs.size - 1), 0)
gauge("gatehouse_hashes_running", "Password hashes being computed", running)
gauge("gatehouse_hashes_waiting", "Password hashes that wait for a thread", () => waiting.size + atHand())

function overloaded(): Refusal<"overloaded"> {
	return refusal("overloaded", { retryAfterSeconds: RETRY_AFTER_SECONDS })
}

/** @returns null when too many wait already */
function enqueue<Result>(task: HashTask, { address, signal }: Waiting): Promise<Result> | null {
	signal?.throwIfAborted()
	const network = networkOf(address, HOME)
	const { promise, resolve, reject } = withResolvers<Result>()
	const job = { task, site: siteOf(network), resolve, reject }
	if (!waiting.add(network, job)) return null
	latest.note(job.site)
	const leave = () => {
		if (waiting.remove(network, job)) reject(signal?.reason)
	}
	signal?.addEventListener("abort", leave)
	handOut()
	return promise.finally(() => signal?.removeEventListener("abort", leave))
}

function handOut(): void {
	while (threads.length < THREADS) threads.push(startThread())
	for (let thread = findThread(); thread; thread = findThread()) {
		const job = waiting.take(leavesThreadFree)
		if (!job) break
		thread.give(job)
	}
	// All have enough to do. A site with nothing there yet goes before what others have at hand.
	for (const thread of threads.filter((each) => !each.urgent)) {
		const job = waiting.take((network) => !isServed(network))
		if (!job) return
		thread.give(job, "urgent")
	}
}

/** An idle one first. */
function findThread() {
	const withFewerThan = (count: number) => threads.find(({ jobs }) => jobs.size < count)
	return withFewerThan(1) ?? withFewerThan(TASKS_PER_THREAD)
}

function isServed(network: string): boolean {
	return countInThreads(siteOf(network)) > 0
}

/** Alone, a site may have all threads. */
function leavesThreadFree(network: string): boolean {
	const site = siteOf(network)
	return latest.isAlone(site, THREAD_KEPT_FREE_MS) || countInThreads(site) < Math.max(1, THREADS - 1)
}

function countInThreads(site: string): number {
	const jobs = threads.flatMap((thread) => [...thread.jobs.values()])
	return jobs.filter((job) => job.site === site).length
}

function startThread() {
	const { port1: urgentPort, port2 } = new MessageChannel()
	const worker = new Worker(new URL("./hashing.worker.js", import.meta.url), {
		workerData: { urgentPort: port2 },
		transferList: [port2],
	})
	const jobs = new Map<number, Job>()
	let lastId = 0
	let begun = 0
	const thread = {
		worker,
		jobs,
		/** The one that goes before what is at hand. */
		urgent: null as Job | null,
		give(job: Job, way: "in turn" | "urgent" = "in turn") {
			if (jobs.size === 0) begun = performance.now()
			jobs.set(++lastId, job)
			// Only a thread with something to do keeps the process from ending.
			worker.ref()
			if (way === "urgent") thread.urgent = job
			const port = way === "urgent" ? urgentPort : worker
			port.postMessage({ id: lastId, task: job.task })
		},
	}
	let failure: unknown = new Error("Hashing was stopped")
	worker.on("message", ({ id, result }) => {
		const job = jobs.get(id)
		jobs.delete(id)
		if (thread.urgent === job) thread.urgent = null
		const now = performance.now()
		millisecondsPerHash += (now - begun - millisecondsPerHash) / MEASURED_HASHES
		begun = now
		job?.resolve(result as never)
		if (jobs.size === 0) worker.unref()
		handOut()
	})
	worker.on("error", (error) => {
		failure = error
		log.error({ event: "hashing.failed", err: error }, "A thread for hashing failed; another takes its place")
	})
	worker.on("exit", () => {
		urgentPort.close()
		const place = threads.indexOf(thread)
		if (place >= 0) threads.splice(place, 1)
		for (const { reject } of jobs.values()) reject(failure)
		jobs.clear()
		if (waiting.size > 0) handOut()
	})
	// Last, as listening for messages holds the process too.
	worker.unref()
	return thread
}

/** `Promise.withResolvers`, which Node has from version 22. */
function withResolvers<T>() {
	let resolve: (value: T) => void = () => {}
	let reject: (reason: unknown) => void = () => {}
	const promise = new Promise<T>((yes, no) => {
		resolve = yes
		reject = no
	})
	return { promise, resolve, reject }
}
