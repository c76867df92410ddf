declare const brand: unique symbol;

/** A type of its own over `T`: two brands cannot be swapped although they share a representation. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
