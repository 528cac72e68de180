import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { en, type Strings } from './en.js';

export const StringsContext = createContext<Strings>(en);

/** What the page says, in the language of the person in front of it. */
export function useStrings(): Strings {
  return useContext(StringsContext);
}
