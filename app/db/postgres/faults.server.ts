/**
 * SQLSTATE (PostgreSQL, appendix A), by class: connection, login, resources, operator's intervention and what takes too
 * long, system; a database that is missing or read-only, a dead transaction, one that was in another's way, a lock that
 * was not obtained.
 */
const STATES = /^(?:08|28|53|57|58)|^(?:3D000|25006|25P02|25P03|40001|40P01|55P03)$/
/** Of Node's TLS, and of what OpenSSL finds wrong with a certificate. */
const TLS = /^ERR_(?:TLS|SSL|OSSL)_|CERT|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/
/** What Prisma's adapter makes of some of them, without their code. */
const KINDS = new Set([
	"DatabaseNotReachable",
	"ConnectionClosed",
	"SocketTimeout",
	"TlsConnectionError",
	"TooManyConnections",
	"AuthenticationFailed",
	"DatabaseAccessDenied",
	"DatabaseDoesNotExist",
	"TransactionWriteConflict",
])
/** What `pg` says in words only. */
const WORDS =
	/timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error|Client was closed|The server does not support SSL connections|not queryable|after calling end on the pool|timeout expired/

type Told = {
	code?: unknown
	message?: unknown
	kind?: unknown
	originalCode?: unknown
	originalMessage?: unknown
}

/** As {@link Engine} has it: of `pg` itself, of Prisma's adapter, or of Prisma's client around that. */
export function faultOf(error: unknown): string | null {
	const { cause, meta } = error as {
		cause?: Told
		meta?: { driverAdapterError?: { cause?: Told } }
	}
	for (const told of [meta?.driverAdapterError?.cause, cause, error as Told]) {
		if (!told) continue
		const code = [told.originalCode, told.code].find((value) => isFaultCode(value))
		if (code) return String(code)
		if (KINDS.has(String(told.kind))) return String(told.kind)
		const words = WORDS.exec(`${told.message} ${told.originalMessage}`)
		if (words) return words[0]
	}
	return null
}

/** Node's own, such as ECONNREFUSED, are of the connection: nothing else is asked of the system here. */
function isFaultCode(value: unknown): boolean {
	return typeof value === "string" && (STATES.test(value) || TLS.test(value) || /^E[A-Z]{3,}$/.test(value))
}
