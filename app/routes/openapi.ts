import { describeApi } from "../http/api/openapi.server"

/** What programs can do here (OpenAPI 3.1), as it is configured. */
export function loader() {
	return Response.json(describeApi())
}
