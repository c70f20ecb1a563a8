import { data } from "@remix-run/node"
import { problem } from "../http/problem"

/** Everything that is nowhere else. A route of its own, so that both doors and every method answer alike. */
export function loader() {
	throw data(problem("not_found"), { status: 404 })
}

export const action = loader

export default function NotFound() {
	return null
}
