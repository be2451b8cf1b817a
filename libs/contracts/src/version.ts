/** The version of Cropline that every result records; a spec holds it equal to package.json's. */
export const CROPLINE_VERSION = '0.1.0';
