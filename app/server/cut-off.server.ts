import type { Socket } from "node:net"

/** Connections that were ended in the middle of what they send. */
const socketsCutOff = new WeakSet<Socket>()

/** Ends a connection on which a request is complete and under way, and looks at nothing more of what it sends. */
export function cutOff(socket: Socket): void {
	socketsCutOff.add(socket)
	// Node takes its own listener off, and an answer may be on its way.
	socket.on("error", () => {})
	socket.destroy()
}

/** Whether nothing of a connection is to be looked at any more, even in the same packet. */
export function isCutOff(socket: Socket): boolean {
	return socketsCutOff.has(socket)
}
