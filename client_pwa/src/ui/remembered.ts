// Small conveniences this phone remembers per person: last partner, body camera, login name,
// places used. Losing them loses a tap, never a record, so localStorage is enough.

const read = (key: string): string => localStorage.getItem(`liuhen.${key}`) ?? "";
const write = (key: string, value: string): void => localStorage.setItem(`liuhen.${key}`, value);

export const lastPartner = (person: string): string => read(`partner.${person}`);
export const rememberPartner = (person: string, partner: string): void => write(`partner.${person}`, partner);
export const lastCamera = (person: string): string => read(`camera.${person}`);
export const rememberCamera = (person: string, camera: string): void => write(`camera.${person}`, camera);
export const lastLogin = (): string => read("login");
export const rememberLogin = (login: string): void => write("login", login);
