import "@remix-run/node"

declare module "@remix-run/node" {
	/** Types loaders and actions as single fetch sends them. */
	interface Future {
		v3_singleFetch: true
	}
}
