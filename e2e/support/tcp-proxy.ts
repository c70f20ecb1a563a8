import { type AddressInfo, connect, createServer, type Socket } from "node:net"

/** Stands between a server and its neighbour, and does what networks do. */
export type TcpProxy = {
	port: number
	/**
	 * Nothing gets through, on open connections and on new ones, and nobody is told; what was sent meanwhile comes late.
	 */
	hang: () => void
	pass: () => void
	/** Breaks off what is open. */
	cut: () => void
	close: () => Promise<void>
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
	const sockets = new Set<Socket>()
	let isHanging = false
	const server = createServer((client) => {
		const upstream = connect(target, "127.0.0.1")
		for (const [from, to] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			sockets.add(from)
			from.on("data", (chunk) => to.write(chunk))
			from.on("end", () => to.end())
			if (isHanging) from.pause()
			from.on("error", () => to.destroy())
			from.on("close", () => {
				sockets.delete(from)
				to.destroy()
			})
		}
	})
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
	const proxy: TcpProxy = {
		port: (server.address() as AddressInfo).port,
		hang() {
			isHanging = true
			for (const socket of sockets) socket.pause()
		},
		pass() {
			isHanging = false
			for (const socket of sockets) socket.resume()
		},
		cut() {
			for (const socket of sockets) socket.destroy()
		},
		close() {
			proxy.cut()
			return new Promise((resolve) => server.close(() => resolve()))
		},
	}
	return proxy
}
