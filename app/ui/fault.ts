import { type RefObject, useEffect, useRef, useState } from "react"
import type { RefusedForm } from "../http/submission.server"
import { useFormScope } from "./form"

/** All but `errors` is the control's own. */
type Fault<Control> = {
	/** Sentences; none once the field was changed. */
	errors: string[] | undefined
	ref: RefObject<Control>
	onInput: () => void
	/** For a page that is loaded anew; where the router is at work, an effect does it. */
	autoFocus: boolean
}

/** What is wrong with a field of the form. If nothing else is wrong with the form, the field takes the focus. */
export function useFault<Control extends HTMLElement>(name: string): Fault<Control> {
	const { refused, onlyFault } = useFormScope()
	const control = useRef<Control>(null)
	const [correctedIn, setCorrectedIn] = useState<RefusedForm | null>(null)
	const isOnly = onlyFault === name
	useEffect(() => {
		if (refused && isOnly) control.current?.focus()
	}, [refused, isOnly])
	return {
		errors: refused === correctedIn ? undefined : refused?.problem.errors?.[name],
		ref: control,
		onInput: () => setCorrectedIn(refused ?? null),
		autoFocus: isOnly,
	}
}
