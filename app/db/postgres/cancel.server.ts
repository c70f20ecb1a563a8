import type { Duplex } from "node:stream"
import pg from "pg"

/** What `pg` knows of a connection, but does not tell in its types. */
type Session = {
	host: string
	port: number
	ssl: pg.ClientConfig["ssl"]
	processID: number
	secretKey: number
}
type Wire = pg.Connection & {
	stream: Duplex
	connect: (port: number | string, host?: string) => void
	requestSsl: () => void
	cancel: (processID: number, secretKey: number) => void
}

/**
 * Asks the server to stop what it does on a connection that we give up. Only at its next word does it notice that
 * nobody is there: a commit that waits for a standby keeps one of the server's connections until that is back, and we
 * would open another one each time. The request has no answer, and needs no connection of those that are counted.
 */
export function cancelWork(client: pg.PoolClient, timeoutMs: number): void {
	const { host, port, ssl, processID, secretKey } = client as unknown as Session
	const wire = new pg.Connection({ ssl }) as Wire
	const cancel = () => wire.cancel(processID, secretKey)
	const { stream } = wire
	const timer = setTimeout(() => stream.destroy(), timeoutMs).unref()
	wire.on("connect", () => (ssl ? wire.requestSsl() : cancel()))
	wire.on("sslconnect", cancel)
	wire.on("error", () => {})
	wire.on("end", () => clearTimeout(timer))
	if (host.startsWith("/")) wire.connect(`${host}/.s.PGSQL.${port}`)
	else wire.connect(port, host)
}
