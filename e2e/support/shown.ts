import type { Shown } from "../../app/auth/backend/backend"

/** What a request shows that tells nothing of who sends it. */
export const nothing: Shown = { cookie: null, bearer: null, header: () => null }
