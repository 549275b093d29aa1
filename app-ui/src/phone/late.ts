// Of which problems the answer is a reason for the late entry (补记、补录).
import type { Problem } from '@/api/problems'

export const asksReason = (problem: Problem | null | undefined): boolean => ['visit_too_long_ago', 'period_closed'].includes(problem?.code ?? '')
