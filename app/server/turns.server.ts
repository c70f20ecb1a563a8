import type { RequestListener, ServerResponse } from "node:http"
import type { Socket } from "node:net"

/**
 * Works on one request of a connection at a time. Node hands over all that one packet holds at once: a thousand pages
 * would be begun before anybody else has a turn. The next begins when the answer before it is out, and not at once.
 *
 * @param stalledAfterMs a client that takes nothing of an answer for this long is dropped
 */
export function inTurn(handle: RequestListener, stalledAfterMs: number): RequestListener {
	/** What waits, by connection; nothing where no request is under way. */
	const queues = new WeakMap<Socket, (() => void)[]>()

	function begin(socket: Socket, ...[request, response]: Parameters<RequestListener>): void {
		response.once("close", () => setImmediate(next, socket))
		dropStalled(socket, response, stalledAfterMs)
		handle(request, response)
	}

	function next(socket: Socket): void {
		const queue = queues.get(socket)
		const beginNext = socket.destroyed ? undefined : queue?.shift()
		// The last one's body may still be on the way.
		if (!queue?.length) socket.resume()
		if (beginNext) beginNext()
		else queues.delete(socket)
	}

	return (request, response) => {
		const { socket } = request
		const queue = queues.get(socket)
		if (!queue) {
			queues.set(socket, [])
			return begin(socket, request, response)
		}
		queue.push(() => begin(socket, request, response))
		socket.pause()
	}
}

/**
 * Hangs up on who takes nothing of an answer for too long: the connection and what it waits for would stay for ever. Time
 * in which there is nothing to be taken, as the answer is still worked on, does not count.
 */
function dropStalled(socket: Socket, response: ServerResponse, milliseconds: number): void {
	response.setTimeout(milliseconds, () => {
		if (socket.writableLength > 0) socket.destroy()
		else socket.setTimeout(milliseconds)
	})
}
