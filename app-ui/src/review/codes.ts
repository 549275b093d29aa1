// The words of the model's codes, which both apps share.
export { code, codes, type CodeTable } from '@/phone/codes'
