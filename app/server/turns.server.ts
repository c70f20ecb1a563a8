import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { cutOff } from "./cut-off.server"

/**
 * Requests that wait behind another one of their connection, on all connections: some 5 kB each, and as much more for
 * every ten fields. Browsers send none before they have the answer to the one before, and whoever asks for more is hung
 * up on.
 */
const MOST_WAITING = 4_000
/** The same, of one connection. */
export const MOST_BEHIND = 1_300
/** So many may wait on each connection, however many wait on others. */
const FEW_BEHIND = 2
/** A request counts once more for so many fields. */
const FIELDS_COUNTED_AS_ONE = 10

/**
 * Works on one request of a connection at a time. Node hands over all that one packet holds at once: a thousand pages
 * would be begun before anybody else has a turn. The next begins when the answer before it is out, and not at once.
 *
 * @param stalledAfterMs a client that takes nothing of an answer for this long is dropped
 */
export function inTurn(handle: RequestListener, stalledAfterMs: number): RequestListener {
	/** Requests, those with many fields more than once. */
	let waiting = 0

	function begin(socket: Socket, ...[request, response]: Parameters<RequestListener>): void {
		underWay.set(socket, { request, response })
		response.once("close", () => {
			underWay.delete(socket)
			if (queues.get(socket)?.length || broken.has(socket)) setImmediate(next, socket)
			else queues.delete(socket)
		})
		dropStalled(socket, response, stalledAfterMs)
		handle(request, response)
	}

	function next(socket: Socket): void {
		const queue = queues.get(socket)
		if (socket.destroyed) for (const { weight } of queue?.splice(0) ?? []) waiting -= weight
		const first = queue?.shift()
		if (first) waiting -= first.weight
		// The last one's body may still be on the way.
		if (!queue?.length) socket.resume()
		if (first) return void first.begin()
		queues.delete(socket)
		if (broken.has(socket)) socket.end()
	}

	return (request, response) => {
		const { socket } = request
		const queue = queues.get(socket)
		if (!queue) {
			queues.set(socket, [])
			return begin(socket, request, response)
		}
		socket.pause()
		// What the same packet holds still comes here.
		if (socket.destroyed) return
		const isOneTooMany =
			queue.length >= MOST_BEHIND || (waiting >= MOST_WAITING && queue.length >= FEW_BEHIND)
		if (isOneTooMany || hasTooManyFields(request)) return cutOff(socket)
		const weight = 1 + Math.floor(fieldsOf(request) / FIELDS_COUNTED_AS_ONE)
		waiting += weight
		behind.add(request)
		const beginIt = () => {
			behind.delete(request)
			begin(socket, request, response)
		}
		queue.push({ begin: beginIt, weight })
	}
}

/** What waits, by connection; nothing where no request is under way. */
const queues = new WeakMap<Socket, { begin: () => void; weight: number }[]>()

/** A browser sends 15 to 30, and proxies add theirs. Each takes time and memory; Apache, too, takes 100. */
export const MOST_FIELDS = 100

export function hasTooManyFields(request: IncomingMessage): boolean {
	return fieldsOf(request) > MOST_FIELDS
}

/** Node has their names and values in one list; its `headers` would be made of all of them first. */
function fieldsOf({ rawHeaders }: IncomingMessage): number {
	return rawHeaders.length / 2
}

/** Requests that wait behind another one. */
const behind = new WeakSet<IncomingMessage>()

export function isBehind(request: IncomingMessage): boolean {
	return behind.has(request)
}

const underWay = new WeakMap<Duplex, { request: IncomingMessage; response: ServerResponse }>()
/** Connections on which something came that is no request, behind some that are. */
const broken = new WeakSet<Duplex>()

/**
 * For what comes behind a request and is none: where that request is complete, or answered already, its answer is the
 * last one, and the connection ends with it. A second one could be taken for the answer to something else.
 *
 * @returns false where no answer is due, or the broken thing is that request's own body
 */
export function endsWithAnswer(socket: Duplex): boolean {
	const current = underWay.get(socket)
	if (!current?.request.complete && !current?.response.headersSent) return false
	broken.add(socket)
	return true
}

/**
 * Hangs up on anyone who takes nothing of an answer for too long: the connection and what it waits for would stay for
 * ever. Time in which there is nothing to be taken, as the answer is still worked on, does not count.
 */
function dropStalled(socket: Socket, response: ServerResponse, milliseconds: number): void {
	response.setTimeout(milliseconds, () => {
		if (socket.writableLength > 0) socket.destroy()
		else socket.setTimeout(milliseconds)
	})
}
