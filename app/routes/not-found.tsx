import { notFound } from "../http/guard.server"

/**
 * Everything that is nowhere else. A route of its own, so that people and programs are answered alike, whatever the
 * method.
 */
export function loader() {
	throw notFound()
}

export const action = () => loader()

export default function NotFound() {
	return null
}
