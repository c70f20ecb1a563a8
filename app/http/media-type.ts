/** The media type without its parameters, in lower case; `""` without one. */
export function mediaType(contentType: string | null | undefined): string {
	return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? ""
}

export function isJson(contentType: string | null | undefined): boolean {
	return mediaType(contentType) === "application/json"
}
