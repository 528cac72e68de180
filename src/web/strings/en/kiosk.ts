/** The page at which somebody records. */
export const kiosk = {
  title: 'Record',
};
