// SPDX-License-Identifier: GPL-2.0
/*
 * RCU with one thread: what is to be freed waits for rcu_barrier(), so that the
 * address sanitizer sees a use before that.
 */
#include "stubs.h"

static struct rcu_head *waiting;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = waiting;
	waiting = head;
}

void rcu_barrier(void)
{
	while (waiting) {
		struct rcu_head *head = waiting;

		waiting = NULL;
		stub_run_rcu(head);
	}
}
