/** Who makes a request, and when. The only thing that the domain knows of a request. */
export type Caller = {
	/** The network address, behind as many proxies as are trusted. */
	address: string
	userAgent: string
	now: Date
	/** What marks the browser for the accounts that signed in there, see `device.server.ts`; `""` where nothing does. */
	device?: string
	/** Aborted when the caller goes away: what still waits for its turn is dropped. */
	signal?: AbortSignal
}
