/** Whether people may be sent here: true from the moment the server listens until it is told to stop. */
let ready = false

export function isReady(): boolean {
	return ready
}

export function setReady(value: boolean): void {
	ready = value
}
